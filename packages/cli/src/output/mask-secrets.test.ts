import { expect, it } from 'vitest'
import { maskSecrets } from './mask-secrets.ts'

it.each([
  ['https://a.example', 'https://a.example'],
  ['https://a.example/', 'https://a.example'],
  ['http://127.0.0.1:8545', 'http://127.0.0.1:8545'],
  ['https://a.example/v2/abc123', 'https://a.example/…'],
  ['https://a.example/?k=1', 'https://a.example/…'],
  ['https://a.example/#k', 'https://a.example/…'],
  ['https://key@a.example', 'https://…@a.example'],
  ['https://:pass@a.example/x', 'https://…@a.example/…'],
  ['https://a.example@evil.example/', 'https://…@evil.example'],
  ['HTTPS://A.example/v2/k', 'https://a.example/…'],
  ['https://user:pa/ss', '…'],
  ['state/node-1', 'state/node-1'],
])('shows %s as %s', (url, shown) => {
  expect(maskSecrets({ network: { rpcUrls: [url] } }, {})).toEqual({ network: { rpcUrls: [shown] } })
})

it('shows a variable as its name, and whether it is set', () => {
  expect(maskSecrets([{ env: 'A' }, { env: 'B' }, { file: 'k' }], { A: 'secret' })).toEqual([
    'env A (set)',
    'env B (not set)',
    { file: 'k' },
  ])
})

it('shows where sites are read', () => {
  const domains = { 'a.example': { url: 'https://a.example/blog/' } }
  expect(maskSecrets({ domains }, {})).toEqual({ domains })
})
