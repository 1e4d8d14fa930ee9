import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address, Operation } from '@domainsync/core'
import { Transaction, Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Progress, runOperation } from './run-operation.ts'
import type { Store } from './store.ts'
import { openSqliteStore } from './stores/sqlite/open-sqlite-store.ts'
import { type Anvil, startAnvil } from './test/anvil.ts'
import { ethersTransactor } from './test/ethers-transactor.ts'
import { until } from './test/until.ts'
import { type TransactionStepOptions, transactionStep } from './transaction-step.ts'

const TARGET: Address = `0x${'77'.repeat(20)}`
const ALWAYS_REVERTS = '0x60006000fd'

describe('a transaction step', () => {
  const folder = mkdtempSync(join(tmpdir(), 'step-'))
  let anvil: Anvil
  let store: Store
  let wallet = Wallet.createRandom()
  let transactor: ReturnType<typeof ethersTransactor>
  let count = 0
  beforeAll(async () => {
    anvil = await startAnvil({ mining: false })
  })
  afterAll(async () => {
    await anvil.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    store = await openSqliteStore(join(folder, `${count++}.db`))
    wallet = Wallet.createRandom()
    transactor = ethersTransactor(anvil.url, wallet.privateKey)
    await anvil.provider.send('anvil_setBalance', [wallet.address, `0x${(10n ** 20n).toString(16)}`])
    await anvil.provider.send('anvil_setCode', [TARGET, '0x'])
  })
  afterEach(async () => {
    transactor.close()
    await store.close()
  })

  const mine = (blocks = 1) => anvil.provider.send('anvil_mine', [blocks])
  const drop = (hash: string) => anvil.provider.send('anvil_dropTransaction', [hash])
  const inPool = async (hash: string) => (await anvil.provider.getTransaction(hash))?.blockNumber === null
  const transactions = (id = '0xop') => store.transactions.forStep(`${id}/sync`)
  const fees = (raw: string) => {
    const { maxFeePerGas, maxPriorityFeePerGas } = Transaction.from(raw)
    return [maxFeePerGas!, maxPriorityFeePerGas!] as const
  }

  const reserve = (id: string) => {
    const sender = wallet.address.toLowerCase() as Address
    return store.journal.reserveNonce({ chainId: 31337, sender, stepKey: `${id}/sync`, chainNonce: 0 })
  }

  /** What a process leaves that was killed right after it stored its transaction. */
  async function signOnly(id: string) {
    const nonce = await reserve(id)
    const { address: sender, ...account } = await transactor.account()
    const signed = await transactor.sign({ to: TARGET, data: '0x5160', gasLimit: 60_000n, ...account, nonce })
    const transaction = { chainId: 31337, sender, nonce, ...signed, state: 'signed', blockHash: undefined } as const
    await store.transactions.record(transaction, `${id}/sync`)
    return transaction
  }

  const open = (id = '0xop') =>
    store.journal.open({ id, kind: 'publish', domain: `d${id}.test`, expectedSeq: 0, steps: ['sync'] })

  async function run(
    operation: Operation,
    options: Partial<TransactionStepOptions<undefined>> & { onProgress?: (progress: Progress) => void } = {},
  ): Promise<Operation> {
    const { onProgress, ...change } = options
    const step = transactionStep<undefined>({
      key: 'sync',
      chainId: 31337,
      transactor,
      transactions: store.transactions,
      request: async () => ({ to: TARGET, data: '0x5160', gasLimit: 60_000n }),
      observeEveryMs: 20,
      windowMs: 200,
      replaceAfterMs: 60_000,
      retry: { attempts: 40, firstDelayMs: 10, maxDelayMs: 20 },
      ...change,
    })
    return runOperation(operation, [step], { journal: store.journal, context: undefined, onProgress })
  }

  it('sends the same bytes again when the pool forgot them', async () => {
    const done = run(await open())
    await until(async () => (await transactions()).length === 1, 'it is signed')
    const [first] = await transactions()
    await until(() => inPool(first!.hash), 'it is sent')
    await drop(first!.hash)
    await until(() => inPool(first!.hash), 'it is sent again')
    await mine()
    expect(await done).toMatchObject({ state: 'done', steps: [{ receipt: { hash: first!.hash } }] })
    expect(await transactions()).toHaveLength(1)
  })

  it('replaces one that waits too long, at its nonce, both fees up by 12.5 %, until one is mined', async () => {
    const done = run(await open(), { replaceAfterMs: 100, maxReplacements: 2 })
    await until(async () => (await transactions()).length === 3, 'it was replaced twice')
    const [first, second, third] = await transactions()
    expect([second!.nonce, third!.nonce]).toEqual([first!.nonce, first!.nonce])
    for (const [before, after] of [
      [first, second],
      [second, third],
    ]) {
      for (const n of [0, 1] as const) expect(fees(after!.raw)[n] * 8n >= fees(before!.raw)[n] * 9n).toBe(true)
    }
    await until(() => inPool(third!.hash), 'the last one is sent')
    await mine()
    expect(await done).toMatchObject({ steps: [{ receipt: { hash: third!.hash } }] })
    expect((await transactions()).map(({ state }) => state)).toEqual(['replaced', 'replaced', 'mined'])
  })

  it('knows its transaction when the replaced one is mined after all', async () => {
    const done = run(await open(), { replaceAfterMs: 100, maxReplacements: 1 })
    await until(async () => (await transactions()).length === 2, 'it was replaced')
    const [first, second] = await transactions()
    await until(() => inPool(second!.hash), 'the replacement is sent')
    await drop(second!.hash)
    await anvil.provider.broadcastTransaction(first!.raw)
    await mine()
    expect(await done).toMatchObject({ steps: [{ receipt: { hash: first!.hash } }] })
    expect((await transactions()).map(({ state }) => state)).toEqual(['mined', 'replaced'])
  })

  it('offers more at once when the network asks more than it offered', async () => {
    const done = run(await open())
    await until(async () => (await transactions()).length === 1, 'it is signed')
    const [first] = await transactions()
    await until(() => inPool(first!.hash), 'it is sent')
    await drop(first!.hash)
    const { maxFeePerGasWei } = await transactor.account()
    await anvil.provider.send('anvil_setNextBlockBaseFeePerGas', [`0x${(3n * maxFeePerGasWei).toString(16)}`])
    await mine()
    await until(async () => (await transactions()).length > 1, 'it was replaced')
    const replaced = await transactions()
    await until(() => inPool(replaced.at(-1)!.hash), 'the replacement is sent')
    await mine()
    expect((await done).state).toBe('done')
  })

  it('signs a second one only after another program used the nonce, and says so', async () => {
    const codes: unknown[] = []
    const done = run(await open(), { onProgress: ({ error }) => error && codes.push((error as { code: string }).code) })
    await until(async () => (await transactions()).length === 1, 'it is signed')
    const [first] = await transactions()
    await until(() => inPool(first!.hash), 'it is sent')
    await drop(first!.hash)
    const [maxFeePerGas, maxPriorityFeePerGas] = fees(first!.raw).map((fee) => fee * 2n)
    const other = { type: 2, chainId: 31337, to: wallet.address, nonce: 0, gasLimit: 21_000, value: 1 }
    const raw = await wallet.signTransaction({
      ...other,
      maxFeePerGas: maxFeePerGas!,
      maxPriorityFeePerGas: maxPriorityFeePerGas!,
    })
    await until(async () => {
      await anvil.provider.broadcastTransaction(raw).catch(() => undefined)
      return inPool(Transaction.from(raw).hash!)
    }, 'the other one is sent')
    await mine()
    await until(async () => (await transactions()).length === 2, 'a second one is signed')
    const [, second] = await transactions()
    expect(second!.nonce).toBe(1)
    await until(() => inPool(second!.hash), 'it is sent')
    await mine()
    expect(await done).toMatchObject({ steps: [{ receipt: { hash: second!.hash } }] })
    expect(codes).toContain('NONCE_CONSUMED')
    expect((await transactions()).map(({ state }) => state)).toEqual(['replaced', 'mined'])
  })

  it('fails for good when it was reverted, and signs a new one when the operation is opened again', async () => {
    await anvil.provider.send('anvil_setCode', [TARGET, ALWAYS_REVERTS])
    const failed = run(await open()).catch((error: unknown) => error)
    await until(async () => (await transactions()).length === 1, 'it is signed')
    const [first] = await transactions()
    await until(() => inPool(first!.hash), 'it is sent')
    await mine()
    expect(await failed).toMatchObject({ code: 'TX_REVERTED', retryable: false })
    expect((await store.operations.operation('0xop'))?.state).toBe('failed')

    await anvil.provider.send('anvil_setCode', [TARGET, '0x'])
    const done = run(await open())
    await until(async () => (await transactions()).length === 2, 'a second one is signed')
    const [, second] = await transactions()
    expect(second!.nonce).toBe(1)
    await until(() => inPool(second!.hash), 'it is sent')
    await mine()
    expect(await done).toMatchObject({ steps: [{ receipt: { hash: second!.hash } }] })
  })

  it('knows a transaction that was mined after its operation failed, though the call itself would now be refused', async () => {
    const once = { retry: { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 } }
    await expect(run(await open(), once)).rejects.toMatchObject({ code: 'STEP_NOT_OBSERVED' })
    const [first] = await transactions()
    await mine()
    const request = async () => Promise.reject(new Error('STALE_SEQ'))
    expect(await run(await open(), { request })).toMatchObject({ steps: [{ receipt: { hash: first!.hash } }] })
    expect(await transactions()).toHaveLength(1)
  })

  it('waits for the confirmations asked for', async () => {
    const phases: string[] = []
    const done = run(await open(), { confirmations: 3, onProgress: ({ phase }) => phases.push(phase) })
    await until(async () => (await transactions()).length === 1, 'it is signed')
    const [first] = await transactions()
    await until(() => inPool(first!.hash), 'it is sent')
    await mine(2)
    await until(() => phases.includes('retry'), 'two confirmations were not enough')
    expect(phases).not.toContain('done')
    await mine()
    expect((await done).state).toBe('done')
    expect(await transactions()).toHaveLength(1)
  })

  it('takes over the nonce of a failed operation by outbidding what that one sent', async () => {
    const failing = run(await open('0xa'), { retry: { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 } })
    await expect(failing).rejects.toMatchObject({ code: 'STEP_NOT_OBSERVED' })
    const [abandoned] = await transactions('0xa')
    expect(await inPool(abandoned!.hash)).toBe(true)

    const done = run(await open('0xb'))
    await until(async () => (await transactions('0xb')).length === 1, 'it is signed')
    const [next] = await transactions('0xb')
    expect(next!.nonce).toBe(abandoned!.nonce)
    await until(() => inPool(next!.hash), 'it is sent')
    expect(await inPool(abandoned!.hash)).toBe(false)
    await mine()
    expect(await done).toMatchObject({ state: 'done', steps: [{ receipt: { hash: next!.hash } }] })
    expect((await transactions('0xa')).map(({ state }) => state)).toEqual(['replaced'])
  })

  it('sends what an interrupted operation stored at a lower nonce, lest its own waits for ever', async () => {
    await open('0xa')
    const stored = await signOnly('0xa')
    const done = run(await open('0xb'))
    await until(() => inPool(stored.hash), 'the stored one is sent')
    const [own] = await transactions('0xb')
    expect([stored.nonce, own!.nonce]).toEqual([0, 1])
    await mine()
    expect((await done).state).toBe('done')
    expect(await run(await open('0xa'))).toMatchObject({ steps: [{ receipt: { hash: stored.hash } }] })
  })

  it('names the gap when a lower nonce was given out and never signed for', async () => {
    await open('0xa')
    await reserve('0xa')
    const stuck = run(await open('0xb'), { retry: { attempts: 2, firstDelayMs: 1, maxDelayMs: 1 } })
    await expect(stuck).rejects.toMatchObject({ code: 'NONCE_GAP', message: expect.stringContaining('d0xa.test') })

    const filled = run(await open('0xa'))
    await until(async () => (await transactions('0xa')).length === 1, 'the gap is filled')
    const [filler] = await transactions('0xa')
    await until(() => inPool(filler!.hash), 'it is sent')
    await mine()
    expect((await filled).state).toBe('done')
    expect((await run(await open('0xb'))).state).toBe('done')
    expect(await transactions('0xb')).toHaveLength(1)
  })

  describe('after a reorganisation', () => {
    /** The operation done, and then the chain without it. */
    async function drop(id: string) {
      const snapshot = await anvil.provider.send('evm_snapshot', [])
      const done = run(await open(id))
      await until(async () => (await transactions(id)).length === 1, 'it is signed')
      const [first] = await transactions(id)
      await until(() => inPool(first!.hash), 'it is sent')
      await mine()
      await done
      await anvil.provider.send('evm_revert', [snapshot])
      return first!
    }

    it('sends the same bytes again when its step is undone', async () => {
      const first = await drop('0xop')
      await store.journal.advance('0xop', { kind: 'undo', step: 'sync' })
      const again = run(await open())
      await until(() => inPool(first.hash), 'it is sent again')
      await mine()
      expect(await again).toMatchObject({ state: 'done', steps: [{ receipt: { hash: first.hash } }] })
      expect(await transactions()).toMatchObject([{ hash: first.hash, state: 'mined' }])
    })

    it('lets another operation outbid it when nobody undoes its step', { timeout: 20_000 }, async () => {
      const dropped = await drop('0xa')
      await anvil.provider.broadcastTransaction(dropped.raw)
      const done = run(await open('0xb'))
      await until(async () => (await transactions('0xb')).length === 1, 'it is signed')
      const [next] = await transactions('0xb')
      expect(next!.nonce).toBe(dropped.nonce)
      await until(() => inPool(next!.hash), 'it is sent')
      await mine()
      expect(await done).toMatchObject({ state: 'done', steps: [{ receipt: { hash: next!.hash } }] })
    })
  })

  it('finishes one that two processes run at once, with one transaction', async () => {
    const operation = await open()
    const both = Promise.all([run(operation), run(operation)])
    await until(async () => (await transactions()).length > 0, 'it is signed')
    const [first] = await transactions()
    await until(() => inPool(first!.hash), 'it is sent')
    await mine()
    for (const end of await both) expect(end).toMatchObject({ state: 'done' })
    expect(await transactions()).toHaveLength(1)
    expect(await anvil.provider.getTransactionCount(wallet.address, 'pending')).toBe(1)
  })
})
