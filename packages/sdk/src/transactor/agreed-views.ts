import type { Account, Address, Bytes32, CallOptions, TransactionReceipt } from '@domainsync/core'
import { askOperators, pollOperators, type QuorumHooks } from '../chain/ask-operators.ts'
import { canonicalText } from '../chain/canonical-text.ts'
import { feesOf, median } from './fees.ts'
import { type EstimateCall, estimateGas, type OperatorWallet, readAccount, readReceipt } from './operator-wallet.ts'
import { decodeRegistryError, RegistryError } from './registry-error.ts'

type Poll = CallOptions & QuorumHooks & { quorum: number }

/** Nonce and balance as the highest that a quorum has reached, fees as the median. */
export async function agreeOnAccount(
  wallets: readonly OperatorWallet[],
  { address, ...poll }: Poll & { address: Address },
): Promise<Account> {
  const answers = await pollOperators(wallets, {
    ...poll,
    what: `the account ${address}`,
    ask: (of, call) => readAccount(of, address, call),
    text: canonicalText,
  })
  const views = [...answers.values()]
  const balances = views.map(({ balanceWei }) => balanceWei)
  const nonces = views.map(({ nonce }) => BigInt(nonce))
  return {
    address,
    balanceWei: reachedBy(poll.quorum, balances),
    nonce: Number(reachedBy(poll.quorum, nonces)),
    ...feesOf(views),
  }
}

/** The receipt that a quorum shows; `undefined` when no quorum shows the same one. */
export async function agreeOnReceipt(
  wallets: readonly OperatorWallet[],
  { hash, ...poll }: Poll & { hash: Bytes32 },
): Promise<TransactionReceipt | undefined> {
  const { quorum, onDissent } = poll
  const what = `the receipt of ${hash}`
  const text = ({ receipt }: Pick<Awaited<ReturnType<typeof readReceipt>>, 'receipt'>) => canonicalText(receipt)
  const ask = (of: OperatorWallet, call: CallOptions) => readReceipt(of, hash, call)
  const answers = await pollOperators(wallets, { ...poll, what, ask, text })

  const views = [...answers.values()]
  const agreed = views.find(
    (view) => view.receipt && views.filter((other) => text(other) === text(view)).length >= quorum,
  )
  if (agreed?.receipt === undefined) return undefined
  for (const [operator, view] of answers) {
    // An operator without the receipt yet is behind, not against.
    if (view.receipt === undefined || text(view) === text(agreed)) continue
    onDissent?.({ operator, what, theirs: text(view), agreed: text(agreed) })
  }
  const heights = views.map(({ latest }) => BigInt(latest))
  const latest = Number(reachedBy(quorum, heights))
  return { ...agreed.receipt, confirmations: Math.max(1, latest - agreed.receipt.block.number + 1) }
}

/** @throws RegistryError when a quorum says that the registry would refuse the call. */
export async function agreeOnGas(
  wallets: readonly OperatorWallet[],
  { request, ...poll }: Poll & { request: EstimateCall },
): Promise<bigint> {
  const amounts: bigint[] = []
  const refusal = await askOperators(wallets, {
    ...poll,
    what: 'whether the call succeeds',
    ask: async (of, call) => {
      try {
        amounts.push(await estimateGas(of, request, call))
        return undefined
      } catch (error) {
        const decoded = decodeRegistryError(error)
        if (decoded instanceof RegistryError) return decoded
        throw error
      }
    },
    text: (answer) => (answer === undefined ? 'it does' : `${answer.code} ${canonicalText(answer.args)}`),
  })
  if (refusal !== undefined) throw refusal
  return median(amounts)
}

/** The highest number that at least `quorum` of the values reach. */
function reachedBy(quorum: number, values: readonly bigint[]): bigint {
  return values.toSorted((a, b) => (a > b ? -1 : a < b ? 1 : 0))[quorum - 1]!
}
