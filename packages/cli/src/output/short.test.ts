import { expect, it } from 'vitest'
import { ago, shortCid, shortCids, shortDuration } from './short.ts'

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_250, '1.3 s'],
  [59_000, '59 s'],
  [300_000, '5 min'],
  [3 * 3_600_000, '3 h'],
  [3 * 86_400_000, '3 d'],
])('writes %d ms as %s', (durationMs, text) => expect(shortDuration(durationMs)).toBe(text))

it('never says that something will have been in the future', () => expect(ago(2_000, 1_000)).toBe('0 ms ago'))

it('shortens long ids and leaves short ones', () => {
  expect(shortCid('bafybeigsqfheudricvybkfl3e56esd2qouvm55nraijkdrllrnczrnuxhq')).toBe('bafy…uxhq')
  expect(shortCid('short')).toBe('short')
})

it('shortens every CID of a sentence, and nothing else', () => {
  const cid = 'bafybeigsqfheudricvybkfl3e56esd2qouvm55nraijkdrllrnczrnuxhq'
  expect(shortCids(`TXT ${cid} → ${cid}.`)).toBe('TXT bafy…uxhq → bafy…uxhq.')
  expect(shortCids('bafflingly long words stay')).toBe('bafflingly long words stay')
})
