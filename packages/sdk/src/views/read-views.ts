import type { Address, CallOptions } from '@domainsync/core'
import type { Interface } from 'ethers'
import { askOperators } from '../chain/ask-operators.ts'
import { canonicalText } from '../chain/canonical-text.ts'
import { checkQuorum } from '../chain/quorum-chain.ts'
import { checkChainId } from '../chain/rpc-context.ts'
import { resultOf } from '../rpc/parse-rpc-answer.ts'
import { ChainError } from '../rpc/rpc-error.ts'
import { type OperatorWallet, openOperatorWallet } from '../transactor/operator-wallet.ts'
import type { TransactorOptions } from '../transactor/transactor.ts'

/** The registry, and who is asked about it. */
export interface ViewOptions extends Omit<TransactorOptions, 'signer'>, CallOptions {
  readonly registry: Address
}

/** One view of a contract. */
export interface View {
  readonly abi: Interface
  readonly name: string
  readonly args: readonly unknown[]
}

/**
 * What a quorum of operators answers to some views of the registry, each in one batch at its newest block: the decoded results in
 * order.
 *
 * @param what For messages: `the registrars`.
 * @throws ChainError
 */
export async function readViews(
  views: readonly View[],
  { what, registry, signal, ...options }: ViewOptions & { readonly what: string },
): Promise<readonly (readonly unknown[])[]> {
  const wallets = options.rpcUrls.map((endpoint) => openOperatorWallet(endpoint, options))
  const quorum = checkQuorum(
    wallets.map(({ operator }) => operator),
    options.quorum,
  )
  return askOperators(wallets, {
    quorum,
    signal,
    onDissent: options.onDissent,
    onFailure: options.onFailure,
    what,
    ask: (of, call) => askOne(of, { ...call, registry, views }),
    text: canonicalText,
  })
}

async function askOne(
  of: OperatorWallet,
  { registry, views, ...call }: CallOptions & { registry: Address; views: readonly View[] },
): Promise<readonly (readonly unknown[])[]> {
  const calls = views.map(({ abi, name, args }) => ({
    method: 'eth_call',
    params: [{ to: registry, data: abi.encodeFunctionData(name, args) }, 'latest'],
  }))
  const [chainId, ...answers] = await of.client.batch([{ method: 'eth_chainId', params: [] }, ...calls], call)
  checkChainId(of, resultOf(chainId))
  return answers.map((answer, index) => decode(views[index]!, { data: resultOf(answer), of }))
}

function decode({ abi, name }: View, { data, of }: { data: unknown; of: OperatorWallet }): readonly unknown[] {
  const { origin } = of.client
  if (data === '0x') throw new ChainError('REGISTRY_NO_CODE', `${origin} has no registry at this address.`)
  try {
    return abi.decodeFunctionResult(name, data as string).toArray(true)
  } catch (cause) {
    throw new ChainError('RPC_MALFORMED', `${origin} gave an answer that is not the registry's.`, { cause })
  }
}
