import type { Address, CallOptions } from '@domainsync/core'
import { Interface, id } from 'ethers'
import { askOperators } from '../chain/ask-operators.ts'
import { canonicalText } from '../chain/canonical-text.ts'
import { checkQuorum } from '../chain/quorum-chain.ts'
import { checkChainId } from '../chain/rpc-context.ts'
import { resultOf } from '../rpc/parse-rpc-answer.ts'
import { ChainError } from '../rpc/rpc-error.ts'
import { type OperatorWallet, openOperatorWallet } from './operator-wallet.ts'
import type { TransactorOptions } from './transactor.ts'

/** Who may attest names at a registry, as far as was asked. */
export interface Registrars {
  /** How many must sign. */
  readonly required: number
  /** Those of the candidates that are registrars, lower-case. */
  readonly known: readonly Address[]
}

export interface ReadRegistrarsOptions extends Omit<TransactorOptions, 'signer'>, CallOptions {
  readonly registry: Address
}

const REGISTRAR_ROLE = id('REGISTRAR_ROLE')
const views = new Interface([
  'function QUORUM() view returns (uint256)',
  'function hasRole(bytes32 role, address account) view returns (bool)',
])

/** Asks which of some addresses are registrars, and how many registrars must sign. @throws ChainError */
export async function readRegistrars(
  candidates: readonly Address[],
  { registry, signal, ...options }: ReadRegistrarsOptions,
): Promise<Registrars> {
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
    what: `the registrars of ${registry}`,
    ask: (of, call) => askOne(of, { ...call, registry, candidates }),
    text: canonicalText,
  })
}

async function askOne(
  of: OperatorWallet,
  { registry, candidates, ...call }: CallOptions & { registry: Address; candidates: readonly Address[] },
): Promise<Registrars> {
  const calls = [
    views.encodeFunctionData('QUORUM'),
    ...candidates.map((candidate) => views.encodeFunctionData('hasRole', [REGISTRAR_ROLE, candidate])),
  ]
  const [chainId, ...answers] = await of.client.batch(
    [
      { method: 'eth_chainId', params: [] },
      ...calls.map((data) => ({ method: 'eth_call', params: [{ to: registry, data }, 'latest'] })),
    ],
    call,
  )
  checkChainId(of, resultOf(chainId))
  const [required, ...roles] = answers.map((answer) => word(resultOf(answer), of))
  return { required: Number(required), known: candidates.filter((_, index) => roles[index] === 1n) }
}

function word(answer: unknown, { client }: OperatorWallet): bigint {
  if (typeof answer === 'string' && /^0x[0-9a-f]{64}$/i.test(answer)) return BigInt(answer)
  if (answer === '0x') throw new ChainError('REGISTRY_NO_CODE', `${client.origin} has no registry at this address.`)
  throw new ChainError('RPC_MALFORMED', `${client.origin} gave no number where the registry gives one.`)
}
