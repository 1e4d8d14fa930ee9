import { ACTIONS } from './action-pins.ts'
import type { ConfigSecrets } from './config-secrets.ts'
import { commandStep, expression, preparingSteps, SWITCHED_ON } from './workflow-parts.ts'

/** A domain, and the folder of its built site from the repository's own. */
export interface WorkflowSite {
  readonly domain: string
  readonly folder: string
}

export interface PublishWorkflowOptions {
  readonly sites: readonly WorkflowSite[]
  readonly secrets: ConfigSecrets
  /** How the command is called, with its global options. */
  readonly command: string
}

/** `publish.yml`: a push publishes the sites that it changed. */
export function renderPublishWorkflow({ sites, secrets, command }: PublishWorkflowOptions): string {
  return `# A push publishes the sites that it changed; started by hand, it publishes all of them, or one.
# A site that is live as it is makes no release; one that was rolled back is refused until its files differ.
name: publish

on:
  push:
    paths:
${sites.map(({ folder }) => `      - ${JSON.stringify(`${folder}/**`)}`).join('\n')}
  workflow_dispatch:
    inputs:
      domain:
        description: The site to publish
        type: choice
        default: all
        options:
          - all
${sites.map(({ domain }) => `          - ${domain}`).join('\n')}

permissions:
  contents: read

env:
  # Each domain, and the folder whose changes publish it.
  SITES: |
${sites.map(({ domain, folder }) => `    ${domain} ${folder}`).join('\n')}

jobs:
  changed:
    if: ${SWITCHED_ON} && github.ref_name == github.event.repository.default_branch
    runs-on: ubuntu-latest
    timeout-minutes: 5
    outputs:
      domains: ${expression('steps.list.outputs.domains')}
    steps:
      - uses: ${ACTIONS.checkout}
        with:
          fetch-depth: 0
          persist-credentials: false
      - name: Which sites changed
        id: list
        env:
          BEFORE: ${expression('github.event.before')}
          ONLY: ${expression('inputs.domain')}
        run: |
          list=
          while read -r domain folder; do
            [ -n "$domain" ] || continue
            [ "\${ONLY:-all}" = all ] || [ "$ONLY" = "$domain" ] || continue
            # What cannot be compared (started by hand, a new branch, a forced push) counts as changed.
            if [ -n "$BEFORE" ] && git diff --quiet "$BEFORE" HEAD -- "$folder" 2>/dev/null; then continue; fi
            list="$list\${list:+,}\\"$domain\\""
          done <<< "$SITES"
          echo "domains=[$list]" | tee -a "$GITHUB_OUTPUT"

  publish:
    needs: changed
    if: needs.changed.outputs.domains != '[]'
    runs-on: ubuntu-latest
    timeout-minutes: 30
    strategy:
      fail-fast: false
      matrix:
        domain: ${expression('fromJSON(needs.changed.outputs.domains)')}
    concurrency:
      group: domainsync-publish-${expression('matrix.domain')}
      # A publish that has begun is finished. Of those that wait the newest stays, and takes the newest files.
      cancel-in-progress: false
    steps:
${preparingSteps(secrets, [`ref: ${expression('github.ref')}`])}      # A site that is built: "- run: npm ci && npm run build" here, and its sources in "paths" and SITES above.
${commandStep(`${command} publish "$DOMAIN" --yes`, {
  name: 'Publish',
  secrets,
  env: { DOMAIN: expression('matrix.domain') },
})}
`
}
