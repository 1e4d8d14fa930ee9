import { describe, expect, it } from 'vitest'
import { registryCall } from './registry-call.ts'
import { type SafeBatch, safeBatch, safeChecksum } from './safe-batch.ts'

const REGISTRY = `0x${'11'.repeat(20)}` as const
const DOMAIN = `0x${'d0'.repeat(20)}` as const
const SAFE = `0x${'5a'.repeat(20)}` as const

/** A file that the Transaction Builder wrote, published in 5afe/safe-cli-nodejs (TRANSACTION_BUILDER_FORMAT_ANALYSIS.md). */
const PUBLISHED = {
  version: '1.0',
  chainId: '1',
  createdAt: 1761326849944,
  meta: {
    name: 'Transactions Batch',
    description: '',
    txBuilderVersion: '1.18.2',
    createdFromSafeAddress: '0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6',
    createdFromOwnerAddress: '',
  },
  transactions: [
    {
      to: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
      value: '0',
      data: null,
      contractMethod: {
        inputs: [
          { internalType: 'address', name: 'spender', type: 'address' },
          { internalType: 'uint256', name: 'value', type: 'uint256' },
        ],
        name: 'approve',
        payable: false,
      },
      contractInputsValues: { spender: '0x474e5Ded6b5D078163BFB8F6dBa355C3aA5478C8', value: '100000000000' },
    },
  ],
}

describe('a Safe batch', () => {
  it('has the checksum that the Transaction Builder computes', () => {
    expect(safeChecksum(PUBLISHED as unknown as SafeBatch)).toBe(
      '0x8b5032f716845c8b08bab3d63dbd9ba92e056f3557793cd041e59b84e16aa989',
    )
  })

  it('says the call in words and in bytes', () => {
    const call = registryCall(REGISTRY, 'pause', [DOMAIN, 3])
    const batch = safeBatch(call, { chainId: 8453, safe: SAFE, name: 'Pause bbbhhai.com', createdAt: 1 })
    const { checksum, ...meta } = batch.meta
    expect(checksum).toBe(safeChecksum({ ...batch, meta }))
    expect(batch).toMatchObject({
      chainId: '8453',
      meta: { name: 'Pause bbbhhai.com', createdFromSafeAddress: SAFE },
      transactions: [
        {
          to: REGISTRY,
          value: '0',
          data: call.data,
          contractMethod: { name: 'pause', payable: false },
          contractInputsValues: { domain: DOMAIN, lanes: '3' },
        },
      ],
    })
  })

  it('spells a struct out', () => {
    const next = { owner: SAFE, guardian: SAFE, signer: SAFE, fromRelease: 0, pqKeyHash: `0x${'ab'.repeat(32)}` }
    const call = registryCall(REGISTRY, 'proposeTrust', [DOMAIN, next])
    const [transaction] = safeBatch(call, { chainId: 1, safe: SAFE, name: '', createdAt: 1 }).transactions
    expect(transaction!.contractMethod.inputs[1]!.components!.map(({ name }) => name)).toEqual(Object.keys(next))
    expect(JSON.parse(transaction!.contractInputsValues.next!)).toEqual(Object.values(next).map(String))
  })
})
