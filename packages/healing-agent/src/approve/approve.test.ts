import type { Freeze } from '@domainsync/core'
import { Wallet } from 'ethers'
import { describe, expect, it } from 'vitest'
import { checkedFreezes } from './checked-freezes.ts'
import { thawSigner, thawTypedData } from './thaw-typed-data.ts'

const place = { chainId: 31337, registry: `0x${'2'.repeat(40)}` } as const
const [owner, guardian, stranger] = ['1', '2', '3'].map((digit) => new Wallet(`0x${digit.repeat(64)}`)) as [
  Wallet,
  Wallet,
  Wallet,
]
const address = ({ address }: Wallet) => address.toLowerCase() as `0x${string}`
const trust = { owner: address(owner), guardian: address(guardian) }
const freeze: Freeze = {
  id: 'bbbhhai.com/RepairExhausted/1',
  domain: 'bbbhhai.com',
  cause: 'RepairExhausted',
  kind: 'sticky',
  evidenceDigest: `0x${'ab'.repeat(32)}`,
  since: 1,
  thawSignature: undefined,
}

async function signed(
  wallet: Wallet,
  one = freeze,
  where: Parameters<typeof thawTypedData>[0] = place,
): Promise<Freeze> {
  const { domain, types, message } = thawTypedData(where, one)
  return { ...one, thawSignature: await wallet.signTypedData(domain, types, { ...message }) }
}

const counts = (one: Freeze) => checkedFreezes([one], { place, trust })[0]!.thawSignature !== undefined

describe('an approval', () => {
  it('counts from the owner and the guardian, and from nobody else', async () => {
    expect(thawSigner(place, await signed(owner))).toBe(address(owner))
    expect(counts(await signed(owner))).toBe(true)
    expect(counts(await signed(guardian))).toBe(true)
    expect(counts(await signed(stranger))).toBe(false)
    expect(counts(freeze)).toBe(false)
  })

  it('counts only from the owner when the zone changed', async () => {
    const zone = { ...freeze, cause: 'ZoneChanged' }
    expect(counts(await signed(owner, zone))).toBe(true)
    expect(counts(await signed(guardian, zone))).toBe(false)
  })

  it('is for one freeze, its evidence, one registry and one chain', async () => {
    const { thawSignature } = await signed(owner)
    expect(counts({ ...freeze, thawSignature, id: 'other' })).toBe(false)
    expect(counts({ ...freeze, thawSignature, evidenceDigest: `0x${'cd'.repeat(32)}` })).toBe(false)
    expect(counts({ ...freeze, thawSignature, domain: 'auditorsec.com' })).toBe(false)
    expect(counts(await signed(owner, freeze, { ...place, chainId: 1 }))).toBe(false)
    expect(counts(await signed(owner, freeze, { ...place, registry: `0x${'3'.repeat(40)}` }))).toBe(false)
  })

  it('counts for nothing while the roles are not known, and is not lost', async () => {
    const approved = await signed(owner)
    const [unknown] = checkedFreezes([approved], { place, trust: undefined })
    expect(unknown).toEqual({ ...approved, thawSignature: undefined })
  })

  it('makes room for a right signature after a wrong one', async () => {
    const [again] = checkedFreezes([await signed(stranger)], { place, trust })
    expect(again!.id).not.toBe(freeze.id)
    expect(counts(await signed(owner, again))).toBe(true)
  })

  it.each(['0x', '0x01', 'nonsense', `0x${'00'.repeat(65)}`])('is not %s', (thawSignature) => {
    expect(counts({ ...freeze, thawSignature })).toBe(false)
  })
})
