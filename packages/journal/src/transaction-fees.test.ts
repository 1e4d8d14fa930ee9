import { Transaction, Wallet } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outbid, transactionFees } from './transaction-fees.ts'

const WALLET = new Wallet(`0x${'11'.repeat(32)}`)
const wei = fc.bigInt({ min: 0n, max: 2n ** 96n })

describe('transactionFees', () => {
  it('reads the fees of any signed EIP-1559 transaction', async () => {
    const request = fc.record({
      chainId: fc.integer({ min: 1, max: 2 ** 31 }),
      nonce: fc.nat(),
      maxPriorityFeePerGas: wei,
      extra: wei,
      gasLimit: fc.bigInt({ min: 0n, max: 2n ** 40n }),
      to: fc.constant(`0x${'99'.repeat(20)}`),
      data: fc.uint8Array({ maxLength: 600 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ extra, ...fields }) => {
        const maxFeePerGas = fields.maxPriorityFeePerGas + extra
        const raw = await WALLET.signTransaction({ type: 2, ...fields, maxFeePerGas })
        expect(transactionFees(raw as `0x${string}`)).toEqual({
          maxFeePerGasWei: maxFeePerGas,
          maxPriorityFeePerGasWei: fields.maxPriorityFeePerGas,
        })
      }),
      { numRuns: 50 },
    )
  })

  it('refuses any other bytes with a code, never with another error', () => {
    const legacy = Transaction.from({ type: 0, chainId: 1, nonce: 1, gasLimit: 21_000, gasPrice: 1 }).unsignedSerialized
    for (const raw of ['0x', '0x02', '0x02c0', '0x02c3b8', '0x02f8', '0x02c1c0', legacy] as const) {
      expect(() => transactionFees(raw as `0x${string}`)).toThrow(expect.objectContaining({ code: 'TX_MALFORMED' }))
    }
    const bytes = fc.uint8Array({ maxLength: 60 }).map((tail) => `0x02${Buffer.from(tail).toString('hex')}` as const)
    fc.assert(
      fc.property(bytes, (raw) => {
        try {
          transactionFees(raw)
        } catch (error) {
          expect(error).toMatchObject({ code: 'TX_MALFORMED' })
        }
      }),
    )
  })
})

describe('outbid', () => {
  it('raises both fees by at least 12.5 % over every rival, and never offers less than asked now', () => {
    const fees = fc.record({ maxPriorityFeePerGasWei: wei, extra: wei }).map(({ maxPriorityFeePerGasWei, extra }) => ({
      maxPriorityFeePerGasWei,
      maxFeePerGasWei: maxPriorityFeePerGasWei + extra,
    }))
    fc.assert(
      fc.property(fc.array(fees), fees, (rivals, now) => {
        const offer = outbid(rivals, now)
        expect(offer.maxFeePerGasWei >= offer.maxPriorityFeePerGasWei).toBe(true)
        for (const name of ['maxFeePerGasWei', 'maxPriorityFeePerGasWei'] as const) {
          expect(offer[name] >= now[name]).toBe(true)
          for (const rival of rivals) {
            expect(offer[name] * 8n >= rival[name] * 9n).toBe(true)
            expect(offer[name] > rival[name]).toBe(true)
          }
        }
      }),
    )
  })

  it('offers exactly what is asked where nobody was before', () => {
    const now = { maxFeePerGasWei: 7n, maxPriorityFeePerGasWei: 3n }
    expect(outbid([], now)).toEqual(now)
  })
})
