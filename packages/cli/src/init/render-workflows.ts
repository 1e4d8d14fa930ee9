import { posix } from 'node:path'
import { CONFIG_FILE, type LoadedConfig } from '../config/load-config.ts'
import { renderCommandAction } from './command-action.ts'
import { type ConfigSecrets, secretsOf } from './config-secrets.ts'
import { renderHealWorkflow } from './heal-workflow.ts'
import { renderPublishWorkflow, type WorkflowSite } from './publish-workflow.ts'
import { renderRedeployWorkflow } from './redeploy-workflow.ts'
import type { ToolSource } from './tool-source.ts'

/** The command's own action, which every workflow uses. */
const ACTION_PATH = '.github/actions/domainsync/action.yml'

export interface Workflows {
  /** Paths are from the repository's folder. */
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** What the repository must hold for all of them. */
  readonly secrets: ConfigSecrets
}

/** The workflows of a configuration that lies in the repository's folder, under the name `file`. */
export function renderWorkflows(
  { values }: Pick<LoadedConfig, 'values'>,
  { file, source }: { file: string; source: ToolSource | undefined },
): Workflows {
  const command = file === CONFIG_FILE ? 'domainsync' : `domainsync --config '${file.replaceAll("'", "'\\''")}'`
  const publisher = secretsOf(values, ['publisher', 'signer', 'release'])
  const healer = secretsOf(values, ['healer'])
  const domains = Object.keys(values.domains)
  const sites = Object.entries(values.domains).flatMap(([domain, { site }]): WorkflowSite[] => {
    const folder = site === undefined ? undefined : folderInside(site)
    return folder === undefined ? [] : [{ domain, folder }]
  })
  const texts = {
    // Without a site there is nothing that a push could change.
    publish: sites.length > 0 ? renderPublishWorkflow({ sites, secrets: publisher, command }) : undefined,
    heal: renderHealWorkflow({ secrets: healer, command }),
    redeploy: renderRedeployWorkflow({ domains, secrets: healer, command }),
  }
  return {
    files: [
      { path: ACTION_PATH, text: renderCommandAction(source) },
      ...Object.entries(texts).flatMap(([name, text]) =>
        text === undefined ? [] : [{ path: `.github/workflows/${name}.yml`, text }],
      ),
    ],
    secrets: {
      env: [...new Set([...publisher.env, ...healer.env])].sort(),
      files: [...new Set([...publisher.files, ...healer.files])].sort(),
    },
  }
}

/** A site's folder as git names it; `undefined` for one outside of the repository, which no push can change. */
function folderInside(site: string): string | undefined {
  const folder = posix.normalize(site).replace(/\/$/, '')
  return posix.isAbsolute(folder) || folder.startsWith('..') ? undefined : folder
}
