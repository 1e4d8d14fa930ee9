import type { DnsDriver, DomainName } from '@domainsync/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

/** A server under test with one domain, seen by two clients and from behind. */
export interface DnsDriverWorld {
  readonly driver: DnsDriver
  /** Another client of the same record, as in another process. */
  readonly rival: DnsDriver
  readonly domain: DomainName
  readonly ttlSeconds: number
  /** The TXT values as the server answers them to anyone. */
  texts(): Promise<{ values: string[]; ttlSeconds: number | undefined }>
  /** Replaces all TXT values behind the driver's back; an empty list removes the record. */
  setTexts(values: readonly string[]): Promise<void>
  close(): Promise<void>
}

export const CIDS = [
  'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
  'bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
  'bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354',
  'bafybeibwzifw52ttrkqlikfzext5akxu7lz4xiwjgwzmqcpdzmp3n5vnbe',
] as const
const [A, B, C, D] = CIDS
const link = (cid: string) => `dnslink=/ipfs/${cid}`

/** What every {@link DnsDriver} must do, whatever is behind it. */
export function describeDnsDriver(name: string, start: () => Promise<DnsDriverWorld>): void {
  describe(name, () => {
    let world: DnsDriverWorld
    beforeAll(async () => {
      world = await start()
    })
    afterAll(() => world?.close())
    beforeEach(() => world.setTexts([]))

    const swap = (expected: string | undefined, next: string, driver = world.driver) =>
      driver.swap(world.domain, { expected, next })
    const sorted = async () => (await world.texts()).values.sort()

    it('reads no CID where there is no record', async () => {
      expect((await world.driver.read(world.domain)).cid).toBeUndefined()
    })

    it('writes the first link, with the configured TTL', async () => {
      expect(await swap(undefined, A)).toEqual({ kind: 'swapped' })
      expect(await world.texts()).toEqual({ values: [link(A)], ttlSeconds: world.ttlSeconds })
      expect(await world.driver.read(world.domain)).toEqual({ cid: A, ttlSeconds: world.ttlSeconds })
    })

    it('replaces the link that it expected', async () => {
      await world.setTexts([link(A)])
      expect(await swap(A, B)).toEqual({ kind: 'swapped' })
      expect(await sorted()).toEqual([link(B)])
    })

    it('leaves a link that it did not expect, and says which it found', async () => {
      await world.setTexts([link(A)])
      expect(await swap(B, C)).toEqual({ kind: 'conflict', found: A })
      expect(await swap(undefined, C)).toEqual({ kind: 'conflict', found: A })
      expect(await sorted()).toEqual([link(A)])
    })

    it('does not bring back a record that someone removed', async () => {
      expect(await swap(A, B)).toEqual({ kind: 'conflict', found: undefined })
      expect(await sorted()).toEqual([])
    })

    it('calls it swapped when the wanted link stands already, whatever was expected', async () => {
      await world.setTexts([link(B)])
      expect(await swap(A, B)).toEqual({ kind: 'swapped' })
      expect(await swap(undefined, B)).toEqual({ kind: 'swapped' })
      expect(await sorted()).toEqual([link(B)])
    })

    it('keeps the other TXT values of the name', async () => {
      const others = ['v=spf1 -all', 'dns=link', `${'x'.repeat(300)} "quoted" ünïcode`]
      await world.setTexts([...others, link(A)])
      expect(await swap(A, B)).toEqual({ kind: 'swapped' })
      expect(await sorted()).toEqual([...others, link(B)].sort())
      await world.setTexts(others)
      expect(await swap(undefined, C)).toEqual({ kind: 'swapped' })
      expect(await sorted()).toEqual([...others, link(C)].sort())
    })

    it('reads and replaces what is no valid link, when that was expected', async () => {
      await world.setTexts([link(A), 'dnslink=/ipns/example.net'])
      const { cid } = await world.driver.read(world.domain)
      expect(cid).toContain('/ipns/example.net')
      expect(cid).not.toBe(A)
      expect(await swap(A, B)).toEqual({ kind: 'conflict', found: cid })
      expect(await swap(cid, B)).toEqual({ kind: 'swapped' })
      expect(await sorted()).toEqual([link(B)])
    })

    it('lets exactly one of several concurrent swaps win', async () => {
      await world.setTexts([link(A)])
      const attempts = await Promise.all(
        [B, C, D].flatMap((next) =>
          [world.driver, world.rival].map(async (driver) => ({ next, ...(await swap(A, next, driver)) })),
        ),
      )
      const winners = new Set(attempts.filter(({ kind }) => kind === 'swapped').map(({ next }) => next))
      expect(winners.size).toBe(1)
      const [winner] = winners
      expect(await sorted()).toEqual([link(winner!)])
      for (const attempt of attempts) {
        if (attempt.kind === 'conflict') expect(attempt.found).toBe(winner)
      }
    })

    it('refuses to write what is no CID and touches nothing', async () => {
      await world.setTexts([link(A)])
      await expect(swap(A, '/ipns/example.net')).rejects.toMatchObject({ code: 'DNS_CID_INVALID' })
      await expect(swap(A, `${B} x`)).rejects.toMatchObject({ code: 'DNS_CID_INVALID' })
      expect(await sorted()).toEqual([link(A)])
    })

    it('does nothing once it was aborted', async () => {
      await world.setTexts([link(A)])
      const signal = AbortSignal.abort(new Error('stop'))
      await expect(world.driver.swap(world.domain, { expected: A, next: B }, { signal })).rejects.toThrow('stop')
      await expect(world.driver.read(world.domain, { signal })).rejects.toThrow('stop')
      expect(await sorted()).toEqual([link(A)])
    })
  })
}
