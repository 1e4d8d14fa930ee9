import { registrationTypedData } from '@domainsync/bindings'
import type { Address } from '@domainsync/core'
import { Wallet } from 'ethers'
import { describe, expect, it } from 'vitest'
import { explainAttestations } from './explain-attestations.ts'

const address = (digit: string): Address => `0x${digit.repeat(40)}`
const wallets = ['1', '2', '3']
  .map((digit) => new Wallet(`0x${digit.repeat(64)}`))
  .sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1))
const [first, second, third] = wallets.map((wallet) => wallet.address.toLowerCase() as Address)

const ARGUMENTS = {
  chainId: 31337,
  registry: address('a'),
  name: 'bbbhhai.com',
  trust: { owner: address('b'), guardian: address('c'), signer: address('d'), pqKeyHash: `0x${'e'.repeat(64)}` },
  publisher: address('1'),
  healer: address('2'),
  deadline: 9,
}
const typed = registrationTypedData(ARGUMENTS)

function sign(wallet: Wallet, changed: Partial<typeof ARGUMENTS> = {}): Promise<string> {
  const { domain, types, message } = registrationTypedData({ ...ARGUMENTS, ...changed })
  return wallet.signTypedData(domain, types, message)
}

const registrars = { required: 2, known: [first!, second!] }

describe('why a registry refuses attestations', () => {
  it('is nothing for enough registrars in order', async () => {
    const attestations = [await sign(wallets[0]!), await sign(wallets[1]!)]
    expect(explainAttestations(attestations, registrars, { typed, expected: [first!, second!] })).toEqual([])
  })

  it('is a signer who is no registrar', async () => {
    const attestations = [await sign(wallets[0]!), await sign(wallets[2]!)]
    expect(explainAttestations(attestations, registrars, { typed })).toEqual([
      `Signature 2 is by ${third}, who is no registrar of ${address('a')} on chain 31337.`,
    ])
  })

  it('is their order, or one that signed twice', async () => {
    const [a, b] = [await sign(wallets[0]!), await sign(wallets[1]!)]
    expect(explainAttestations([b, a], registrars, { typed })).toEqual([
      `Signature 2 is by ${first}, who does not come after ${second}: signers ascend, each once.`,
    ])
    expect(explainAttestations([a, a], registrars, { typed })[0]).toContain('each once')
  })

  it.each<[string, Partial<typeof ARGUMENTS>]>([
    ['name', { name: 'other.example' }],
    ['publisher', { publisher: address('9') }],
    ['deadline', { deadline: 10 }],
    ['chain', { chainId: 1 }],
    ['registry', { registry: address('9') }],
  ])('is another %s than the one that was signed', async (_, changed) => {
    const attestations = [await sign(wallets[0]!, changed), await sign(wallets[1]!)]
    expect(explainAttestations(attestations, registrars, { typed, expected: [first!, second!] })).toEqual([
      `Signature 1 is not by ${first}: it is for other arguments, another chain or another registry.`,
    ])
  })

  it('is that too few signed, or something that is no signature', async () => {
    expect(explainAttestations([await sign(wallets[1]!)], registrars, { typed })).toEqual([
      '2 registrars must sign, and 1 did.',
    ])
    expect(explainAttestations(['0x12'], { ...registrars, required: 1 }, { typed })).toEqual([
      'Signature 1 is no signature.',
    ])
  })
})
