import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore } from './stores/sqlite/open-sqlite-store.ts'
import { type Anvil, startAnvil } from './test/anvil.ts'
import { childEnd, startChild } from './test/child.ts'
import { until } from './test/until.ts'

const UNSENT = ['start', 'intent', 'account', 'sign', 'record']
const SENT = ['submit', 'effect']
const MINED = ['receipt', 'settle', 'done']

for (const mining of [true, false]) {
  // Where it was not sent, or is known to be mined, a late block makes no difference.
  const points = mining ? [...UNSENT, ...SENT, ...MINED] : ['record', ...SENT, 'receipt']
  describe(`a transaction whose process is killed, on a chain that mines ${mining ? 'at once' : 'late'}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'transaction-'))
    let anvil: Anvil
    let wallet = Wallet.createRandom()
    let count = 0
    beforeAll(async () => {
      anvil = await startAnvil({ mining })
    })
    afterAll(async () => {
      await anvil.stop()
      rmSync(folder, { recursive: true, force: true })
    })
    beforeEach(async () => {
      wallet = Wallet.createRandom()
      await anvil.provider.send('anvil_setBalance', [wallet.address, `0x${(10n ** 20n).toString(16)}`])
    })

    const task = (killAt?: string) => ({
      store: join(folder, `${count}.db`),
      url: anvil.url,
      privateKey: wallet.privateKey,
      to: `0x${'99'.repeat(20)}`,
      killAt,
    })
    const pooled = () => anvil.provider.getTransactionCount(wallet.address, 'pending')
    const mined = () => anvil.provider.getTransactionCount(wallet.address, 'latest')

    /** Runs a child; where the chain mines late, it mines once the transaction waits in the pool. */
    async function run(killAt?: string) {
      const child = startChild('transaction-child.ts', task(killAt))
      const end = childEnd(child)
      const needsBlock = !mining && ![...UNSENT, ...SENT].includes(killAt ?? '')
      if (needsBlock) {
        await until(async () => (await pooled()) > 0 || child.exitCode !== null, 'the transaction is in the pool')
        await anvil.provider.send('evm_mine', [])
      }
      return end
    }

    for (const killAt of points) {
      it(`is mined exactly once after a kill at "${killAt}"`, async () => {
        count++
        expect(await run(killAt)).toMatchObject({ signal: 'SIGKILL', stderr: '' })
        await using store = await openSqliteStore(join(folder, `${count}.db`))
        const before = await store.transactions.forStep('0xop/sync')
        expect(await run()).toMatchObject({ code: 0, stderr: '' })

        const [transaction, ...more] = await store.transactions.forStep('0xop/sync')
        expect(more).toEqual([])
        if (before[0]) expect(transaction?.raw).toBe(before[0].raw)
        const receipt = await anvil.provider.getTransactionReceipt(transaction!.hash)
        expect(transaction).toMatchObject({ nonce: 0, state: 'mined', blockHash: receipt?.blockHash })
        expect(await store.operations.operation('0xop')).toMatchObject({
          state: 'done',
          steps: [{ receipt: { hash: transaction!.hash, blockNumber: receipt?.blockNumber } }],
        })
        await anvil.provider.send('evm_mine', [])
        expect([await mined(), await pooled()]).toEqual([1, 1])
      })
    }
  })
}
