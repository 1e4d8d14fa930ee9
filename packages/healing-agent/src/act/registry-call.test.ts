import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IDomainSyncRegistry__factory } from '@domainsync/bindings'
import { domainId, parseDomainName } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { encodeHealerCall, type HealerCall } from './registry-call.ts'

const registry = IDomainSyncRegistry__factory.createInterface()
const id = domainId(parseDomainName('bbbhhai.com'))
const ipfsHash = `0x${'ab'.repeat(32)}` as const

const CALLS: [HealerCall, string, unknown[]][] = [
  [{ kind: 'rollback', release: 3, expectedSeq: 7 }, 'rollback', [3n, 7n]],
  [{ kind: 'keep', release: 3, expectedSeq: 7 }, 'keep', [3n, 7n]],
  [{ kind: 'pausePublishing' }, 'pause', [1n]],
  [{ kind: 'logHealthFailure', ipfsHash }, 'logHealthFailure', [ipfsHash]],
]

describe('encodeHealerCall', () => {
  it.each(CALLS)('encodes %o', (call, name, args) => {
    const decoded = registry.parseTransaction({ data: encodeHealerCall(id, call) })!
    expect(decoded.name).toBe(name)
    expect(decoded.args.toArray().slice(1)).toEqual(args)
    expect(String(decoded.args[0]).toLowerCase()).toBe(id)
  })
})

it('is the only place of the package that encodes calls, and none of them adds content', () => {
  const source = join(import.meta.dirname, '..')
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(?<!\.test)\.ts$/.test(file),
  )
  const encoding = files.filter((file) => readFileSync(join(source, file), 'utf8').includes('encodeFunctionData'))
  expect(encoding).toEqual([join('act', 'registry-call.ts')])
  const names = [...readFileSync(join(source, encoding[0]!), 'utf8').matchAll(/encodeFunctionData\('(\w+)'/g)]
  expect(names.map(([, name]) => name).sort()).toEqual(['keep', 'logHealthFailure', 'pause', 'rollback'])
})
