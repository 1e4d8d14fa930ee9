import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '..', '..')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const PACKAGES = {
  domainsync: 'packages/cli',
  '@domainsync/sdk': 'packages/sdk',
  '@types/node': 'node_modules/@types/node',
}
const run = promisify(execFile)

/** The TypeScript blocks of a section of the README, as a reader would copy them. */
export async function samplesOf(section: string): Promise<string[]> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const text = readme.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? ''
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code!)
}

export interface SampleOptions {
  /** A folder of the reader's own, outside of the repository. */
  readonly folder: string
  /** Declarations of the names that the sample leaves to its reader. */
  readonly before: string
}

/** Type checks a sample in strict mode and runs it, with the packages linked as the README says; gives what it prints. */
export async function runSample(code: string, { folder, before }: SampleOptions): Promise<string> {
  await mkdir(join(folder, 'node_modules'), { recursive: true })
  for (const [name, path] of Object.entries(PACKAGES)) {
    const link = join(folder, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(ROOT, path), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  // Imports first, as in a real file.
  const imports = [...code.matchAll(/^import .*$/gm)].map(([line]) => line).join('\n')
  await writeFile(join(folder, 'sample.ts'), `${imports}\n${before}\n${code.replace(/^import .*$/gm, '')}`)
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'esnext',
    module: 'nodenext',
    types: ['node'],
    skipLibCheck: true,
    exactOptionalPropertyTypes: true,
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['sample.ts'] }))
  await said(run(process.execPath, [TSC, '-p', '.'], { cwd: folder }))
  return said(run(process.execPath, ['sample.ts'], { cwd: folder }))
}

/** What a program printed; a failure tells what it printed too. */
async function said(running: Promise<{ stdout: string }>): Promise<string> {
  try {
    return (await running).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${stdout}\n${stderr}`, { cause: error })
  }
}
