import type { Replication } from '@domainsync/ipfs-mirror'
import { PublishError } from '../publish-error.ts'
import { provenProvider } from './proven-provider.ts'
import type { Upload } from './upload-release.ts'

/** Too few copies were read back: who lacks what. */
export function insufficient(
  what: string,
  { result, uploads, next }: { result: Replication; uploads: readonly Upload[]; next: string },
): PublishError {
  const { held, need, reason, replicas } = result
  const shortfall =
    reason === 'FAILURE_DOMAINS_SHORT'
      ? 'the copies share one failure domain'
      : `${held} of the ${need} copies that are needed were proven`
  const reasons = replicas.map(provenProvider).flatMap(({ provider, code, cid }) => {
    const upload = uploads.find((one) => one.provider === provider)
    const refused = upload?.code && upload.code !== code ? ` (upload: ${upload.code})` : ''
    return code ? [`${provider} ${code} ${cid ?? ''}`.trim() + refused] : []
  })
  return new PublishError('REPLICATION_INSUFFICIENT', `${what}: ${shortfall}. ${reasons.join('; ')}`, {
    next,
    retryable: true,
  })
}
