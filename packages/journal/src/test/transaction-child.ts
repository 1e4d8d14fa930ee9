import type { Address } from '@domainsync/core'
import { runOperation } from '../run-operation.ts'
import { openSqliteStore } from '../stores/sqlite/open-sqlite-store.ts'
import { transactionStep } from '../transaction-step.ts'
import { die } from './child.ts'
import { ethersTransactor } from './ethers-transactor.ts'

/** One operation of one transaction. Killed, when asked, right after the point named. */
export interface TransactionTask {
  readonly store: string
  readonly url: string
  readonly privateKey: string
  readonly to: Address
  /** `account`, `sign`, `record`, `submit`, `receipt` (the first one seen), `settle`, or a phase of the step. */
  readonly killAt?: string
}

const task = JSON.parse(process.argv[2]!) as TransactionTask
const dieAt = (point: string) => {
  if (point === task.killAt) die()
}

await using store = await openSqliteStore(task.store)
const transactor = ethersTransactor(task.url, task.privateKey)
const operation = await store.journal.open({
  id: '0xop',
  kind: 'publish',
  domain: 'a.test',
  expectedSeq: 0,
  steps: ['sync'],
})
const { transactions } = store
const step = transactionStep<undefined>({
  key: 'sync',
  chainId: 31337,
  transactor: {
    account: async (options) => {
      const account = await transactor.account(options)
      dieAt('account')
      return account
    },
    sign: async (request) => {
      const signed = await transactor.sign(request)
      dieAt('sign')
      return signed
    },
    submit: async (raw, options) => {
      await transactor.submit(raw, options)
      dieAt('submit')
    },
    receipt: async (hash, options) => {
      const receipt = await transactor.receipt(hash, options)
      if (receipt) dieAt('receipt')
      return receipt
    },
  },
  transactions: {
    ...transactions,
    record: async (transaction, stepKey, options) => {
      await transactions.record(transaction, stepKey, options)
      dieAt('record')
    },
    settle: async (hash, state, blockHash) => {
      await transactions.settle(hash, state, blockHash)
      dieAt('settle')
    },
  },
  request: async () => ({ to: task.to, data: '0x5160', gasLimit: 30_000n }),
  observeEveryMs: 50,
})
await runOperation(operation, [step], {
  journal: store.journal,
  context: undefined,
  onProgress: ({ phase }) => dieAt(phase),
})
transactor.close()
