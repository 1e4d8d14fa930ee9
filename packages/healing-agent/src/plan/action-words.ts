import type { Action } from './action.ts'

/** What doing it is called in a sentence: "uploading it again was tried twice". */
export function actionWords(kind: Action['kind']): string {
  switch (kind) {
    case 'restart':
      return 'starting it'
    case 'raise':
      return 'giving the others a copy'
    case 'repin':
      return 'asking it to pin again'
    case 'reupload':
      return 'uploading it again'
    case 'spareProvider':
      return 'using a spare provider'
    case 'redeploy':
      return 'uploading the live release again'
    case 'swapDns':
      return 'setting the TXT record'
    case 'pausePublishing':
      return 'pausing publishing on chain'
    case 'rollback':
      return 'going back to an older release'
    case 'keep':
      return 'keeping the release'
    case 'logHealthFailure':
      return 'logging the failure on chain'
    case 'requestPublish':
      return 'handing the release to the publisher'
    case 'blockPublishing':
      return 'holding publishes'
    case 'unblockPublishing':
      return 'letting publishes go on'
    case 'notify':
    case 'page':
      return 'telling a person'
  }
}
