import type { ConfigSecrets } from './config-secrets.ts'
import { commandStep, preparingSteps, SWITCHED_ON } from './workflow-parts.ts'

export interface HealWorkflowOptions {
  readonly secrets: ConfigSecrets
  /** How the command is called, with its global options. */
  readonly command: string
}

/** `heal.yml`: the agent's look and repairs, as often as GitHub's clock allows. */
export function renderHealWorkflow({ secrets, command }: HealWorkflowOptions): string {
  return `# Looks at every domain and repairs what is wrong. A run that leaves something for a person fails, and GitHub tells you.
# GitHub's clock is best effort: runs come late or not at all, and end 60 days after the last commit. A resident agent
# ("domainsync agent") looks every 30 seconds.
name: heal

on:
  schedule:
    - cron: '*/5 * * * *'
  workflow_dispatch:

permissions:
  contents: read

concurrency:
  group: domainsync-heal
  cancel-in-progress: false

jobs:
  heal:
    if: ${SWITCHED_ON}
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
${preparingSteps(secrets)}${commandStep(`${command} heal --yes`, { name: 'Heal', secrets })}
`
}
