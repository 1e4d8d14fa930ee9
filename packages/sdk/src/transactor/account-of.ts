import type { Account, Address, CallOptions } from '@domainsync/core'
import { checkQuorum } from '../chain/quorum-chain.ts'
import { agreeOnAccount } from './agreed-views.ts'
import { openOperatorWallet } from './operator-wallet.ts'
import type { TransactorOptions } from './transactor.ts'

/** Any account as a quorum sees it, whoever holds its key. @throws ChainError */
export async function accountOf(
  address: Address,
  { signal, ...options }: Omit<TransactorOptions, 'signer'> & CallOptions,
): Promise<Account> {
  const wallets = options.rpcUrls.map((endpoint) => openOperatorWallet(endpoint, options))
  const quorum = checkQuorum(
    wallets.map(({ operator }) => operator),
    options.quorum,
  )
  const { onDissent, onFailure } = options
  return agreeOnAccount(wallets, { address, signal, quorum, onDissent, onFailure })
}
