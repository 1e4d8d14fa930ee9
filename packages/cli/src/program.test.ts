import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { COMMAND_HELP } from './command-help.ts'
import { createProgram } from './program.ts'

const NAMES = Object.keys(COMMAND_HELP)
const program = (...args: readonly string[]) => createProgram(args, { signal: new AbortController().signal })

/** What a command prints as its help. */
function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp()
  return text
}

/** What is said about a command line that is none. */
async function saidAbout(...args: readonly string[]): Promise<string> {
  const made = await program(...args)
  let text = ''
  const output = { ...made.configureOutput(), writeErr: (part: string) => (text += part) }
  for (const command of [made, ...made.commands]) command.configureOutput(output)
  await expect(made.parseAsync([...args], { from: 'user' })).rejects.toMatchObject({ name: 'CommanderError' })
  return text
}

const allBelow = (command: Command): Command[] => command.commands.flatMap((each) => [each, ...allBelow(each)])

describe('the help', () => {
  it('lists every command in its group, with examples and exit codes', async () => {
    const text = helpOf(await program())
    for (const name of NAMES) expect(text).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    for (const { group } of Object.values(COMMAND_HELP)) expect(text).toContain(`\n${group}\n`)
    expect(text).toMatch(/^Exit codes:\n {2}0 /m)
    expect(text.split('\n').filter((line) => line.length > 110)).toEqual([])
  })

  it.each(NAMES)('of %s says its exit codes, its global options, and examples that are taken', async (name) => {
    const made = await program(name, '--help')
    const command = made.commands.find((one) => one.name() === name)!
    const text = helpOf(command)
    expect(text).toMatch(/^Exit codes:\n {2}0 {4}\S.*\n {2}1 {4}\S/m)
    expect(text).toContain('--dry-run')
    const examples = [...text.matchAll(/^ {2}domainsync (.*)$/gm)].map(([, line]) => line!.split(' '))
    expect(examples.length).toBeGreaterThan(0)
    for (const words of examples) {
      const run = await program(...words)
      for (const one of allBelow(run)) one.action(() => {})
      await run.parseAsync(words, { from: 'user' })
    }
  })
})

describe('a command line that is none', () => {
  it.each([
    [['publsh', 'a.example'], 'publish'],
    [['stauts'], 'status'],
    [['hael'], 'heal'],
    [['keys', 'nw'], 'new'],
    [['publish', 'a.example', '--form', 'x'], '--from'],
    [['--jsn', 'status'], '--json'],
  ])('gets the nearest name suggested: %j', async (args, nearest) => {
    const text = await saidAbout(...args)
    expect(text).toMatch(/^USAGE unknown (command|option)/)
    expect(text).toContain(`Did you mean ${nearest}?`)
    expect(text).toContain('domainsync --help')
  })

  it('is told what it lacks', async () => {
    expect(await saidAbout('publish')).toContain("missing required argument 'domain'")
  })
})

it('a configuration may be called like a command', async () => {
  const made = await program('--config', 'plan', 'status')
  expect(made.commands.map((command) => command.name())).toEqual(['status'])
})
