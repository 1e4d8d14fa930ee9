import { ACTIONS } from './action-pins.ts'
import type { ToolSource } from './tool-source.ts'
import { expression } from './workflow-parts.ts'

/** `.github/actions/domainsync/action.yml`: the one place that says where workflows get the command from. */
export function renderCommandAction(source: ToolSource | undefined): string {
  const { repository, ref } = source ?? { repository: '', ref: '' }
  return `# Puts the "domainsync" command on the path: checks out DomainSync's own repository, installs and builds it (kept in the
# cache for the next run).
name: domainsync
description: The domainsync command, from a checkout of its repository

inputs:
  repository:
    description: DomainSync's repository on GitHub, as owner/name
    default: '${repository}'
  ref:
    description: The commit to run; a branch or a tag could become other code
    default: '${ref}'

runs:
  using: composite
  steps:
    - name: Is it known where DomainSync is
      if: inputs.repository == '' || inputs.ref == ''
      shell: bash
      run: |
        echo '::error::Write the repository and the commit of DomainSync into .github/actions/domainsync/action.yml.'
        exit 1
    - uses: ${ACTIONS.setupNode}
      with:
        node-version: 24
        package-manager-cache: false
    - uses: ${ACTIONS.checkout}
      id: tool
      with:
        repository: ${expression('inputs.repository')}
        ref: ${expression('inputs.ref')}
        path: .domainsync
        persist-credentials: false
    - uses: ${ACTIONS.cache}
      with:
        path: .domainsync
        key: domainsync-${expression('runner.os')}-${expression('steps.tool.outputs.commit')}
    - name: The command
      shell: bash
      run: |
        node .domainsync/scripts/run.mjs domainsync --version
        mkdir -p "$RUNNER_TEMP/domainsync"
        printf '#!/bin/sh\\nexec node "%s/scripts/run.mjs" domainsync "$@"\\n' "$GITHUB_WORKSPACE/.domainsync" \\
          > "$RUNNER_TEMP/domainsync/domainsync"
        chmod +x "$RUNNER_TEMP/domainsync/domainsync"
        echo "$RUNNER_TEMP/domainsync" >> "$GITHUB_PATH"
`
}
