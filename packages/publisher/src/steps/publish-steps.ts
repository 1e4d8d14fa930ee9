import type { StepDefinition } from '@domainsync/journal'
import type { PublishContext } from '../publish-context.ts'
import type { PublisherPorts } from '../publisher-ports.ts'
import { carStep } from './car-step.ts'
import { confirmStep } from './confirm-step.ts'
import { notifyStep } from './notify-step.ts'
import { propagationStep } from './propagation-step.ts'
import { proveStep } from './prove-step.ts'
import { replicateStep } from './replicate-step.ts'
import { signStep } from './sign-step.ts'
import { swapStep } from './swap-step.ts'
import { syncStep } from './sync-step.ts'
import { unpinStep } from './unpin-step.ts'

/** The steps of a publish, in order: no pointer (sync, swap) before the proof. */
export function publishSteps(ports: PublisherPorts): readonly StepDefinition<PublishContext>[] {
  return [
    signStep,
    carStep,
    replicateStep(),
    proveStep(),
    syncStep(ports),
    confirmStep,
    swapStep,
    propagationStep,
    unpinStep,
    notifyStep,
  ]
}
