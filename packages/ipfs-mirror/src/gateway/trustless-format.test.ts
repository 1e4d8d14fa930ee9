import { expect, it } from 'vitest'
import { entityRange, trustlessFormat } from './trustless-format.ts'

const RAW = 'application/vnd.ipld.raw'
const CAR = 'application/vnd.ipld.car'
const RECORD = 'application/vnd.ipfs.ipns-record'

const read = (query: string, accept?: string) =>
  trustlessFormat({ query: new URLSearchParams(query), headers: accept === undefined ? {} : { accept } })
const car = { kind: 'car', variant: {}, scope: 'all', entityBytes: undefined }

it.each([
  ['format=raw', undefined, { kind: 'raw' }],
  ['format=car', undefined, car],
  ['format=raw', CAR, { kind: 'raw' }],
  ['format=car', 'text/html', car],
  ['', RAW, { kind: 'raw' }],
  ['', RAW.toUpperCase(), { kind: 'raw' }],
  ['', `text/html, ${RAW};q=0.1, ${CAR};q=0.9, */*;q=0.8`, car],
  ['', `${CAR};q=0, ${RAW};q=0.1`, { kind: 'raw' }],
  ['', `${CAR};order=foo, ${CAR};order=dfs;dups=n;q=0.5`, { ...car, variant: { order: 'dfs', dups: 'n' } }],
  ['', `${CAR};dups=y, ${RAW};q=0.5`, { kind: 'raw' }],
  ['format=car', `${CAR};dups=y, ${CAR};version="1";q=0.5`, { ...car, variant: { version: '1' } }],
  ['format=car&car-dups=n&car-order=unk', `${CAR};dups=y;order=foo`, { ...car, variant: { order: 'unk', dups: 'n' } }],
  ['format=car&dag-scope=block', undefined, { ...car, scope: 'block' }],
  ['format=car&entity-bytes=0:*', undefined, { ...car, scope: 'entity', entityBytes: { from: 0, to: '*' } }],
  [
    'format=car&dag-scope=block&entity-bytes=-9:9',
    undefined,
    { ...car, scope: 'entity', entityBytes: { from: -9, to: 9 } },
  ],
  [
    'format=car&entity-bytes=0:9223372036854775807',
    undefined,
    { ...car, scope: 'entity', entityBytes: { from: 0, to: 2 ** 63 } },
  ],
])('reads "%s" with Accept: %s', (query, accept, format) => {
  expect(read(query, accept)).toEqual(format)
})

it.each([
  ['', undefined, 400, 'FORMAT_MISSING'],
  ['', '*/*', 400, 'FORMAT_MISSING'],
  ['', 'text/html, */*', 406, 'FORMAT_UNSUPPORTED'],
  ['format=tar', RAW, 406, 'FORMAT_UNSUPPORTED'],
  ['format=', RAW, 400, 'FORMAT_MISSING'],
  ['format=ipns-record', undefined, 400, 'IPNS_NOT_SERVED'],
  ['', RECORD, 400, 'IPNS_NOT_SERVED'],
  ['format=car&car-version=2', undefined, 400, 'CAR_VERSION_UNSUPPORTED'],
  ['format=car', `${CAR};version=2`, 400, 'CAR_VERSION_UNSUPPORTED'],
  ['format=car&car-order=bfs', undefined, 406, 'CAR_ORDER_UNSUPPORTED'],
  ['', `${CAR};dups=y`, 406, 'CAR_DUPS_UNSUPPORTED'],
  ['format=car&dag-scope=some', undefined, 400, 'DAG_SCOPE_INVALID'],
  ['format=car&dag-scope=some&entity-bytes=0:1', undefined, 400, 'DAG_SCOPE_INVALID'],
  ...['', '1', ':', '1:', ':1', '*:1', '1:2:3', '0x1:2', '1.5:2', ' 1:2', '1:-*', `0:${'9'.repeat(20)}`].map(
    (range) => [`format=car&entity-bytes=${range}`, undefined, 400, 'ENTITY_BYTES_INVALID'] as const,
  ),
] as const)('refuses "%s" with Accept: %s', (query, accept, status, code) => {
  expect(() => read(query, accept)).toThrow(expect.objectContaining({ status, code }))
})

it.each([
  [0, '*', [0, 9]],
  [0, 0, [0, 0]],
  [3, 99, [3, 9]],
  [-3, '*', [7, 9]],
  [-99, 2, [0, 2]],
  [2, -3, [2, 7]],
  [-4, -2, [6, 8]],
  [5, 4, undefined],
  [-99, -98, undefined],
  [10, '*', undefined],
] as const)('takes %s:%s of ten bytes', (from, to, range) => {
  const found = entityRange({ from, to }, 10)
  expect(found && [found.fromByte, found.toByte]).toEqual(range)
})
