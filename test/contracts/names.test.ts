import { expect } from 'chai'
import fc from 'fast-check'
import { domainId, namehash } from '../../packages/core/src/domain-id.ts'
import type { DomainName } from '../../packages/core/src/domain-name.ts'
import { ethers, loadEmpty } from './support/environment.ts'
import '../support/fuzz-seed.ts'

const LONGEST = [...Array(3).fill('a'.repeat(63)), 'b'.repeat(61)].join('.')

describe('names', () => {
  it('have the EIP-137 hash of their labels as node, and its low 20 bytes as domain id', async () => {
    const { registry } = await loadEmpty()
    for (const name of ['bbbhhai.com', 'a.b.c', 'xn--bcher-kva.example', 'r3---sn.example', '-', '0', 'a', LONGEST]) {
      const { domain, node } = await registry.domainId(name)
      expect(node, name).to.equal(namehash(name as DomainName))
      expect(domain.toLowerCase(), name).to.equal(domainId(name as DomainName))
    }
    expect((await registry.domainId('eth')).node).to.equal(ethers.namehash('eth'))
  })

  it('hash on chain as they do in TypeScript, whatever the labels', async () => {
    const { registry } = await loadEmpty()
    const label = fc.stringMatching(/^[a-z0-9-]{1,63}$/)
    const name = fc
      .array(label, { minLength: 1, maxLength: 4 })
      .map((labels) => labels.join('.'))
      .filter((text) => text.length <= 253)
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        expect((await registry.domainId(text)).node).to.equal(namehash(text as DomainName))
      }),
      { numRuns: 30 },
    )
  })

  it('are refused with an empty label, a character outside a–z 0–9 -, or beyond the lengths of DNS', async () => {
    const { registry } = await loadEmpty()
    const bad = [
      '',
      '.',
      'a..b',
      '.a',
      'a.',
      'Example.com',
      'ex_ample.com',
      'bücher.example',
      'a b.c',
      'a\0.b',
      'a/b',
      '`a',
      'a{',
      '@a',
      'a:1',
      `${'a'.repeat(64)}.com`,
      `com.${'a'.repeat(64)}`,
      `${LONGEST}b`,
    ]
    for (const name of bad) {
      await expect(registry.domainId(name), JSON.stringify(name))
        .to.be.revertedWithCustomError(registry, 'BadName')
        .withArgs(name)
    }
  })
})
