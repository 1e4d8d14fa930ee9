import type { ConfigSecrets } from './config-secrets.ts'
import { commandStep, expression, preparingSteps, SWITCHED_ON } from './workflow-parts.ts'

export interface RedeployWorkflowOptions {
  readonly domains: readonly string[]
  readonly secrets: ConfigSecrets
  /** How the command is called, with its global options. */
  readonly command: string
}

/** `redeploy.yml`: one domain's live release is put back where it was lost or changed. */
export function renderRedeployWorkflow({ domains, secrets, command }: RedeployWorkflowOptions): string {
  return `# Puts the live release of one domain back: copies that are gone or altered are uploaded again from one that is whole, and
# DNS is pointed back. It never publishes: it has no key for that. The incident's key is in the run's name, so that a
# dispatch can be found before it is sent again.
name: redeploy
run-name: redeploy ${expression('inputs.domain')} [${expression('inputs.incident')}]

on:
  workflow_dispatch:
    inputs:
      domain:
        description: The domain to put back
        type: choice
        required: true
        options:
${domains.map((domain) => `          - ${domain}`).join('\n')}
      incident:
        description: Key of the incident, or why
        type: string
        required: true

permissions:
  contents: read

concurrency:
  group: domainsync-redeploy-${expression('inputs.domain')}
  cancel-in-progress: false

jobs:
  redeploy:
    if: ${SWITCHED_ON}
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
${preparingSteps(secrets)}${commandStep(`${command} heal "$DOMAIN" --yes`, {
  name: 'Put back',
  secrets,
  env: { DOMAIN: expression('inputs.domain') },
})}
`
}
