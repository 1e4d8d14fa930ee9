import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PublishIdentity, publishOperationId } from './operation-id.ts'

const identity = fc.record({
  kind: fc.constantFrom('publish' as const, 'prepare' as const),
  chainId: fc.integer({ min: 1 }),
  registry: fc.stringMatching(/^0x[0-9a-f]{40}$/) as fc.Arbitrary<`0x${string}`>,
  domain: fc.domain(),
  expectedSeq: fc.nat(),
  content: fc.string(),
  root: fc.option(fc.string(), { nil: undefined }),
})

describe('publishOperationId', () => {
  it('is the same for the same work, however the registry is written', () => {
    fc.assert(
      fc.property(identity, (one) => {
        const registry = `0x${one.registry.slice(2).toUpperCase()}` as const
        expect(publishOperationId({ ...one, registry })).toBe(publishOperationId(one))
      }),
    )
  })

  it('is another for other work', () => {
    const text = (one: PublishIdentity) => JSON.stringify(one, Object.keys(one).sort())
    fc.assert(
      fc.property(
        identity,
        identity,
        fc.subarray(['kind', 'chainId', 'registry', 'domain', 'expectedSeq', 'content', 'root']),
        (a, b, keys) => {
          const mixed = { ...a, ...Object.fromEntries(keys.map((key) => [key, b[key as keyof PublishIdentity]])) }
          fc.pre(text(mixed) !== text(a))
          expect(publishOperationId(mixed)).not.toBe(publishOperationId(a))
        },
      ),
    )
  })

  it('can be the name of an operation: 32 hex digits', () => {
    fc.assert(fc.property(identity, (one) => /^[0-9a-f]{32}$/.test(publishOperationId(one))))
  })
})
