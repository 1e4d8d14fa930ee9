import type { Action, ActionReport } from '@domainsync/healing-agent'

/** What a repair does, after "would" or "next": "set TXT a → b". `undefined` for a message, which is no repair. */
export function describeAction(action: Action): string | undefined {
  switch (action.kind) {
    case 'notify':
    case 'page':
      return undefined
    case 'restart':
      return `start ${action.replica}`
    case 'raise':
      return `give ${action.replicas.join(', ')} a copy while ${action.offline} is down`
    case 'repin':
      return `ask ${action.replica} to fetch the release again`
    case 'reupload':
      return `upload the release to ${action.replica} again`
    case 'spareProvider':
      return `upload the release to ${action.spare} in the place of ${action.replica}`
    case 'redeploy':
      return `upload the live release to ${action.replicas.join(', ')} again`
    case 'swapDns':
      return `set TXT ${action.expected ?? 'nothing'} → ${action.next}`
    case 'pausePublishing':
      return 'pause publishing on chain until the owner unpauses it'
    case 'rollback':
      return `go back to release ${action.release}, on chain and in DNS`
    case 'keep':
      return `keep release ${action.release} where no later release evicts it`
    case 'logHealthFailure':
      return 'log the failure on chain'
    case 'requestPublish':
      return `copy signed release ${action.release} and hand it to the publisher`
    case 'blockPublishing':
      return 'hold publishes until the copies are back'
    case 'unblockPublishing':
      return 'let publishes go on'
  }
}

/** One line about a repair, planned or tried; messages to people are left out. */
export function actionLine(domain: string, { action, outcome, code, detail }: ActionReport): string | undefined {
  const what = describeAction(action)
  if (what === undefined) return undefined
  switch (outcome) {
    case 'planned':
      return `${domain}  would ${what}`
    case 'done':
      return `${domain}  done: ${detail}`
    case 'failed':
      return `${domain}  tried to ${what}: ${code} ${detail}`
    case 'skipped':
      return `${domain}  did not ${what}: ${detail}`
  }
}
