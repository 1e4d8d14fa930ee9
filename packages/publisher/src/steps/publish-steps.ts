import { confirmStep, type PointerPlace, type StepDefinition, swapStep } from '@domainsync/journal'
import type { PublishContext } from '../publish-context.ts'
import type { PublisherPorts } from '../publisher-ports.ts'
import { carStep } from './car-step.ts'
import { fetchStep } from './fetch-step.ts'
import { notifyStep } from './notify-step.ts'
import { propagationStep } from './propagation-step.ts'
import { proveStep } from './prove-step.ts'
import { replicateStep } from './replicate-step.ts'
import { signStep } from './sign-step.ts'
import { syncStep } from './sync-step.ts'
import { unpinStep } from './unpin-step.ts'

/** How long the sync may take to get as deep as configured, and how often that is looked at, in milliseconds. */
const CONFIRM_TIMEOUT_MS = 300_000
const CONFIRM_EVERY_MS = 4_000

/** Where the release comes from: this publisher signs it, or it was signed elsewhere. */
export type Origin = 'sign' | 'fetch'

/** The steps of a publish that move no pointer: a release that is signed, stored and proven. */
export function prepareSteps(origin: Origin = 'sign'): readonly StepDefinition<PublishContext>[] {
  return [origin === 'sign' ? signStep : fetchStep, carStep, replicateStep(), proveStep()]
}

/** The steps of a publish, in order: no pointer (sync, swap) before the proof. */
export function publishSteps(
  ports: PublisherPorts,
  origin: Origin = 'sign',
): readonly StepDefinition<PublishContext>[] {
  return [
    ...prepareSteps(origin),
    syncStep(ports),
    confirmStep({
      place: pointersOf,
      transaction: 'sync',
      confirmations: ports.network.confirmations,
      // The waiting is long already: after it, running the publish again goes on.
      retry: { attempts: 1, firstDelayMs: 0, maxDelayMs: 0 },
      observeTimeoutMs: CONFIRM_TIMEOUT_MS,
      observeEveryMs: CONFIRM_EVERY_MS,
    }),
    swapStep({ place: pointersOf }),
    propagationStep,
    unpinStep,
    notifyStep,
  ]
}

function pointersOf({ ports, domain }: PublishContext): PointerPlace {
  return { name: domain.name, chain: ports.chain, transactor: ports.transactor, dns: domain.dns }
}
