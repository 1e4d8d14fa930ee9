import type { Bytes32, CallOptions } from '@domainsync/core'
import { GRACE_MS } from '../chain/ask-operators.ts'
import { pause } from '../pause.ts'
import { resultOf } from '../rpc/parse-rpc-answer.ts'
import { ChainError } from '../rpc/rpc-error.ts'
import { knowsTransaction, type OperatorWallet } from './operator-wallet.ts'
import { TransactorError } from './transactor-error.ts'

/**
 * Sends raw bytes to every operator; one that has them is enough. What an operator answers to a transaction that it already
 * has, mined or not, has many wordings: so after a refusal it is asked whether it knows the hash.
 *
 * @throws TransactorError `KEY_NO_FUNDS`, `NONCE_TAKEN`, `TX_UNDERPRICED`, `TX_REJECTED`; ChainError when nobody was reached.
 */
export async function submitRaw(
  wallets: readonly OperatorWallet[],
  { raw, hash, ...call }: CallOptions & { raw: `0x${string}`; hash: Bytes32 },
): Promise<void> {
  const done = new AbortController()
  const signal = call.signal ? AbortSignal.any([call.signal, done.signal]) : done.signal
  const errors: unknown[] = []
  const sending = wallets.map(async (wallet) => {
    try {
      await submitTo(wallet, { ...call, raw, hash, signal })
      return true
    } catch (error) {
      errors.push(error)
      return false
    }
  })
  try {
    // The first that has it is enough; the others were sent the bytes as well and get a moment to say what they think.
    const accepted = await Promise.any(sending.map(async (one) => ((await one) ? true : Promise.reject()))).catch(
      () => false,
    )
    call.signal?.throwIfAborted()
    if (!accepted) throw meaningOf(mostTelling(errors), hash)
    await Promise.race([Promise.all(sending), pause(GRACE_MS)])
  } finally {
    done.abort(new DOMException('Another operator has it.', 'AbortError'))
  }
}

/** The network's word on the transaction says more than that one operator was not reached. */
function mostTelling(errors: readonly unknown[]): unknown {
  return errors.find((error) => error instanceof ChainError && error.code === 'RPC_ERROR') ?? errors[0]
}

async function submitTo(
  wallet: OperatorWallet,
  { raw, hash, ...call }: CallOptions & { raw: `0x${string}`; hash: Bytes32 },
): Promise<void> {
  const [answer] = await wallet.client.batch([{ method: 'eth_sendRawTransaction', params: [raw] }], call)
  try {
    resultOf(answer)
  } catch (error) {
    if (!(await knowsTransaction(wallet, hash, call).catch(() => false))) throw error
  }
}

function meaningOf(error: unknown, hash: Bytes32): unknown {
  if (!(error instanceof ChainError) || error.code !== 'RPC_ERROR') return error
  const { message } = error
  if (/insufficient funds|doesn't have enough funds|sender balance/i.test(message)) {
    return new TransactorError('KEY_NO_FUNDS', 'The key cannot pay for the transaction; send it funds and try again.', {
      cause: error,
    })
  }
  if (/nonce (is )?too low|nonce .*already|invalid nonce|old nonce/i.test(message)) {
    return new TransactorError(
      'NONCE_TAKEN',
      'Another transaction of the key was mined with this nonce; read it anew.',
      {
        cause: error,
        retryable: false,
      },
    )
  }
  if (
    /underpriced|fee too low|less than block base fee|max fee per gas less|too low .*base fee|baseFeePerGas/i.test(
      message,
    )
  ) {
    return new TransactorError(
      'TX_UNDERPRICED',
      'The fees are too low for the network now; raise both by 12.5 % or more.',
      {
        cause: error,
        retryable: false,
      },
    )
  }
  return new TransactorError('TX_REJECTED', `No operator took the transaction ${hash}: ${message}`, { cause: error })
}
