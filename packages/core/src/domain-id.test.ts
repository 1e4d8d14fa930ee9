import { ensNormalize, namehash as ethersNamehash } from 'ethers'
import { describe, expect, it } from 'vitest'
import { domainId, namehash } from './domain-id.ts'
import { parseDomainName } from './domain-name.ts'

describe('namehash', () => {
  it.each(['foo.eth', 'bbbhhai.com', 'a.b.c.example.org'])('equals EIP-137 for %s', (name) => {
    expect(ensNormalize(name)).toBe(name)
    expect(namehash(parseDomainName(name))).toBe(ethersNamehash(name))
  })

  it('gives the published hash of foo.eth', () => {
    expect(namehash(parseDomainName('foo.eth'))).toBe(
      '0xde9b09fd7c5f901e23a3f19fecc54828e9c848539801e86591bd9801b019f84f',
    )
  })

  it('hashes A-labels that ENSIP-15 refuses', () => {
    expect(() => ethersNamehash('r3---sn.example.com')).toThrow()
    expect(namehash(parseDomainName('r3---sn.example.com'))).toMatch(/^0x[0-9a-f]{64}$/)
  })
})

it('makes the domain id of the low 20 bytes of the node', () => {
  const name = parseDomainName('foo.eth')
  expect(domainId(name)).toBe(`0x${namehash(name).slice(26)}`)
})
