import type { CallOptions } from '../call-options.ts'

/** Starts a deployment elsewhere (a workflow), at most once per key. */
export interface Redeployer {
  readonly name: string
  find(key: string, options?: CallOptions): Promise<'absent' | 'running' | 'succeeded' | 'failed'>
  dispatch(key: string, domain: string, options?: CallOptions): Promise<void>
}
