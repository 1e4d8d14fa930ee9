import type { CommandContext } from '../command-context.ts'
import type { CommandHandler } from '../program.ts'
import { type OpenDomain, openDomain } from './open-domain.ts'
import { performAction } from './perform-action.ts'
import type { NoAction, RegistryAction } from './registry-action.ts'
import type { UnsignedOption } from './unsigned-option.ts'

/** What a command was called with besides the domain. */
export interface Given<Options> {
  readonly args: readonly string[]
  readonly options: Options
  readonly context: CommandContext
}

/** A command that makes one change of the domain that it is called with: decided from what the chain says now, then performed. */
export function changing<Options extends UnsignedOption>(
  command: string,
  decide: (open: OpenDomain, given: Given<Options>) => RegistryAction | NoAction | Promise<RegistryAction | NoAction>,
): CommandHandler<Options> {
  return async (context, [text, ...args], options) => {
    const open = await openDomain(text!, context)
    const decision = await decide(open, { args, options, context })
    const { domain } = open.state
    return performAction(decision, { ...context, ...open, command, domain, unsigned: options.unsigned })
  }
}
