import {
  type BlockSource,
  type CallOptions,
  type Chain,
  type ChainBlock,
  type DomainName,
  type DomainState,
  errorCode,
} from '@domainsync/core'
import type { MlDsaVerify } from '@domainsync/pq'
import type { CID } from 'multiformats/cid'
import type { Dissent } from '../chain/ask-operators.ts'
import { type Check, failed, passed, type VerifyStep } from '../verify/check.ts'
import { checkHead } from '../verify/check-head.ts'
import { VerifyError } from '../verify/verify-error.ts'
import { verifyRoot } from '../verify/verify-root.ts'
import { type VerifyServedOptions, verifyServed } from '../verify/verify-served.ts'

export interface VerifyDomainOptions extends CallOptions, Omit<VerifyServedOptions, 'url'> {
  /** Where the site answers; `https://<domain>` by default. */
  readonly url?: string | URL | undefined
}

/** Every check that was made, in order of the steps. Steps after the first failure of 1 to 6 are not made. */
export interface VerificationReport {
  readonly ok: boolean
  readonly domain: DomainName
  readonly release: number | undefined
  readonly root: CID | undefined
  /** The block that everything was read at. */
  readonly block: ChainBlock | undefined
  readonly checks: readonly Check[]
  /** Those that failed. */
  readonly failures: readonly Check[]
}

export interface VerifyContext {
  /** Reports who was outvoted while the state is read. */
  readonly chain: (onDissent: (dissent: Dissent) => void) => Chain
  readonly source: BlockSource
  readonly chainId: number
  readonly registry: string
  readonly verifyMlDsa: MlDsaVerify | undefined
  readonly fetch: typeof globalThis.fetch | undefined
}

/** All seven steps for one domain. Rejects only when it is aborted; every other failure is in the report. */
export async function verifyDomain(
  domain: DomainName,
  context: VerifyContext,
  options: VerifyDomainOptions = {},
): Promise<VerificationReport> {
  const checks: Check[] = []
  const found: { state?: DomainState; root?: CID } = {}
  try {
    await runSteps(domain, context, { ...options, checks, found })
  } catch (error) {
    options.signal?.throwIfAborted()
    checks.push(failure(error, found.state === undefined ? 1 : 2))
  }
  const failures = checks.filter(({ ok }) => !ok)
  return {
    ok: failures.length === 0,
    domain,
    release: found.state?.head.live,
    root: found.root,
    block: found.state?.block,
    checks,
    failures,
  }
}

async function runSteps(
  domain: DomainName,
  context: VerifyContext,
  { checks, found, ...options }: VerifyDomainOptions & { checks: Check[]; found: { state?: DomainState; root?: CID } },
): Promise<void> {
  const { source, chainId, registry, verifyMlDsa } = context
  const call = { signal: options.signal, timeoutMs: options.timeoutMs }

  const outvoted = new Set<string>()
  const chain = context.chain(({ operator }) => outvoted.add(operator))
  const block = await chain.block('latest', call)
  const state = await chain.domain(domain, block, call)
  if (state === undefined) throw notRegistered(domain)
  found.state = state
  const liars = outvoted.size > 0 ? ` Outvoted: ${[...outvoted].join(', ')}.` : ''
  checks.push(passed(1, chain.name, `They agree on block ${block.number} ${block.hash}.${liars}`))

  const root = checkHead(state)
  found.root = root
  checks.push(passed(2, domain, `Release ${state.head.live} is live and stable; its root is ${root}.`))

  const onCheck = (check: Check) => checks.push(check)
  const verified = await verifyRoot({ ...call, state, source, chainId, registry, verifyMlDsa, onCheck })
  const served = { ...options, fetch: options.fetch ?? context.fetch, url: options.url ?? `https://${domain}` }
  checks.push(...(await verifyServed(verified, served)))
}

export function notRegistered(domain: DomainName): VerifyError {
  return new VerifyError('NOT_REGISTERED', `${domain} is not registered in this registry.`, { step: 2 })
}

function failure(error: unknown, fallback: VerifyStep): Check {
  const step = error instanceof VerifyError ? error.step : fallback
  const detail = error instanceof Error ? error.message : String(error)
  return failed(step, step < 3 ? 'registry' : 'root', { code: errorCode(error), detail })
}
