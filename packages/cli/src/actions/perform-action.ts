import type { DomainName } from '@domainsync/core'
import { createTransactor, safeBatch, sendCall } from '@domainsync/sdk'
import type { CommandContext } from '../command-context.ts'
import { ether } from '../output/amount.ts'
import { confirmWrite } from '../output/confirm.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import { chooseActor } from './choose-actor.ts'
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
  const wallet = await chooseActor(action.actors, config)
  const transactor = createTransactor({ signer: wallet, ...network })
  const { to, data } = action.call
  if (flags.dryRun) {
    const { gas, maxCostWei } = await transactor.estimate({ to, data }, { signal })
    terminal.print(
      `Would: ${action.title}. About ${gas} gas, ${ether(maxCostWei)} at most, from ${transactor.address}.`,
    )
    document({ outcome: 'planned', title: action.title, from: transactor.address, gas, maxCostWei, to, data })
    return EXIT_DONE
  }
  const { chainId } = network
  await confirmWrite(`${action.title} on chain ${chainId}?`, { terminal, chainId, signal, ...flags })
  terminal.progress(`${action.title} …`)
  const receipt = await sendCall(action.call, { transactor, signal })
  for (const line of action.done) terminal.print(line)
  terminal.print(`${receipt.gasUsed} gas, ${receipt.hash}`)
  document({ outcome: 'done', title: action.title, transaction: receipt })
  return EXIT_DONE
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
