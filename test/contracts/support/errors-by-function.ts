import { readFile } from 'node:fs/promises'
import { artifacts } from 'hardhat'

/** A node of solc's syntax tree. */
interface Node {
  readonly id: number
  readonly nodeType: string
  readonly [key: string]: unknown
}

/**
 * The errors of ours that each function of the registry can revert with, read off the source: its own, and those of everything
 * that it calls.
 */
export async function errorsByFunction(): Promise<Map<string, string[]>> {
  const buildId = (await artifacts.getBuildInfoId('DomainSyncRegistry'))!
  const { output } = JSON.parse(await readFile((await artifacts.getBuildInfoOutputPath(buildId))!, 'utf8'))
  const files = Object.entries<{ ast: Node }>(output.sources).filter(([file]) => file.startsWith('project/'))
  const functions = new Map<number, Node>()
  for (const [, { ast }] of files) {
    for (const node of nodesIn(ast))
      if (node.nodeType === 'FunctionDefinition' && node.body) functions.set(node.id, node)
  }

  const errorsOf = (id: number, seen: Set<number>): string[] => {
    const node = functions.get(id)
    if (node === undefined || seen.has(id)) return []
    seen.add(id)
    const inside = nodesIn(node)
    const own = inside
      .filter(({ nodeType }) => nodeType === 'RevertStatement')
      .map(({ errorCall }) => nameOf((errorCall as Node).expression as Node))
    const called = inside
      .filter(({ nodeType }) => nodeType === 'FunctionCall')
      .map(({ expression }) => (expression as Node).referencedDeclaration as number)
    return [...own, ...called.flatMap((callee) => errorsOf(callee, seen))]
  }

  const entries = [...functions.values()].filter(({ visibility, kind, body }) => {
    return body && (visibility === 'external' || visibility === 'public' || kind === 'constructor')
  })
  const pairs = entries.map((node): [string, string[]] => {
    return [String(node.name || node.kind), [...new Set(errorsOf(node.id, new Set()))].sort()]
  })
  return new Map(pairs.filter(([, errors]) => errors.length > 0))
}

function nameOf({ name, memberName }: Node): string {
  return String(name ?? memberName)
}

function nodesIn(node: Node): Node[] {
  const values = Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]))
  const children = values.filter(
    (value): value is Node => typeof value === 'object' && value !== null && 'nodeType' in value,
  )
  return [node, ...children.flatMap(nodesIn)]
}
