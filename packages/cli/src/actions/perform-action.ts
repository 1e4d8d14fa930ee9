import { type DomainName, errorCode } from '@domainsync/core'
import { createTransactor, type RegistryCall, safeBatch, sendCall } from '@domainsync/sdk'
import type { Wallet } from 'ethers'
import type { CommandContext } from '../command-context.ts'
import { ether } from '../output/amount.ts'
import { confirmWrite } from '../output/confirm.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import type { Network } from '../wiring/network-chain.ts'
import { chooseActors } from './choose-actors.ts'
import type { OpenDomain } from './open-domain.ts'
import type { NoAction, RegistryAction } from './registry-action.ts'

export interface PerformOptions extends CommandContext, Pick<OpenDomain, 'config' | 'network'> {
  /** The command, for the name of its JSON document. */
  readonly command: string
  readonly domain: DomainName
  /** Only print the transaction, as a file for a Safe. */
  readonly unsigned?: boolean | undefined
}

/**
 * Makes a change of the registry as every such command does: says it, asks on a real chain, signs with the key of somebody who may,
 * waits until it is mined.
 *
 * @throws DomainSyncError `NO_KEY_OF_ROLE`, `CONFIRM_REQUIRED`, `CONFIRM_DECLINED`; see `sendCall`
 */
export async function performAction(action: RegistryAction | NoAction, options: PerformOptions): Promise<number> {
  const { terminal, command, domain, network, flags } = options
  const document = (body: Record<string, unknown>) => terminal.document(command, { domain, ...body })
  if ('unchanged' in action) {
    terminal.print(action.unchanged)
    document({ outcome: 'unchanged' })
    return EXIT_DONE
  }
  if (options.unsigned) return printUnsigned(action, options)
  const { config, signal } = options
  const wallets = await chooseActors(action.actors, config)
  const { to, data } = action.call
  const { transactor, estimate } = await firstWhoCanPay(wallets, { to, data, network, signal })
  if (flags.dryRun) {
    const { gas, maxCostWei } = estimate
    terminal.print(
      `Would: ${action.title}. About ${gas} gas, ${ether(maxCostWei)} at most, from ${transactor.address}.`,
    )
    document({ outcome: 'planned', title: action.title, from: transactor.address, gas, maxCostWei, to, data })
    return EXIT_DONE
  }
  const { chainId } = network
  await confirmWrite(`${action.title} on chain ${chainId}?`, { terminal, chainId, signal, ...flags })
  terminal.progress(`${action.title} …`)
  const onSent = (hash: string) => terminal.progress(`Sent ${hash}; waiting for its block …`)
  const receipt = await sendCall(action.call, { transactor, signal, onSent })
  for (const line of action.done) terminal.print(line)
  terminal.print(`${receipt.gasUsed} gas, ${receipt.hash}`)
  document({ outcome: 'done', title: action.title, transaction: receipt })
  return EXIT_DONE
}

/** Of several keys that may do it, the first that can pay. @throws what the last one's estimate says */
async function firstWhoCanPay(
  wallets: readonly Wallet[],
  { to, data, network, signal }: Pick<RegistryCall, 'to' | 'data'> & { network: Network; signal: AbortSignal },
) {
  for (const [index, signer] of wallets.entries()) {
    const transactor = createTransactor({ signer, ...network })
    try {
      return { transactor, estimate: await transactor.estimate({ to, data }, { signal }) }
    } catch (error) {
      if (errorCode(error) !== 'KEY_NO_FUNDS' || index === wallets.length - 1) throw error
    }
  }
  throw new TypeError('no wallet')
}

/** The file on stdout, also without `--json`: it is made to be saved. */
function printUnsigned({ call, title, actors }: RegistryAction, options: PerformOptions): number {
  const { terminal, command, domain, network } = options
  const [sender] = actors
  const batch = safeBatch(call, {
    chainId: network.chainId,
    safe: sender!.address,
    name: title,
    createdAt: Date.now(),
  })
  terminal.print(JSON.stringify(batch, undefined, 2))
  const who = actors.map(({ role, address }) => `${role} ${address}`).join(' or ')
  terminal.progress(`Not sent. To be sent by the ${who}: Safe, Transaction Builder, import this file.`)
  terminal.document(command, { domain, outcome: 'unsigned', title, actors, to: call.to, data: call.data, batch })
  return EXIT_DONE
}
