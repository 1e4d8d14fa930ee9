import type { BlockSource, Bytes32, CallOptions, Chain, DomainName } from '@domainsync/core'
import type { MlDsaVerify } from '@domainsync/pq'
import type { Dissent } from '../chain/ask-operators.ts'
import { type Check, passed } from '../verify/check.ts'
import { checkHead } from '../verify/check-head.ts'
import { type Findings, reportOn, type VerificationReport } from '../verify/verification-report.ts'
import { VerifyError } from '../verify/verify-error.ts'
import { verifyRoot } from '../verify/verify-root.ts'
import { type VerifyServedOptions, verifyServed } from '../verify/verify-served.ts'

export interface VerifyDomainOptions extends CallOptions, Omit<VerifyServedOptions, 'url'> {
  /** Where the site answers; `https://<domain>` by default. */
  readonly url?: string | URL | undefined
}

export interface VerifyContext {
  /** Reports who was outvoted while the state is read. */
  readonly chain: (onDissent: (dissent: Dissent) => void) => Chain
  readonly source: BlockSource
  readonly chainId: number
  readonly registry: string
  readonly verifyMlDsa: MlDsaVerify | undefined
  readonly pinnedKeys: Readonly<Record<string, Bytes32>>
  readonly fetch: typeof globalThis.fetch | undefined
}

/** All seven steps for one domain. Rejects only when it is aborted; every other failure is in the report. */
export function verifyDomain(
  domain: DomainName,
  context: VerifyContext,
  options: VerifyDomainOptions = {},
): Promise<VerificationReport> {
  return reportOn(domain, options, (findings) => runSteps(domain, context, { ...options, findings }))
}

async function runSteps(
  domain: DomainName,
  context: VerifyContext,
  { findings, ...options }: VerifyDomainOptions & { findings: Findings },
): Promise<void> {
  const { source, chainId, registry, verifyMlDsa, pinnedKeys } = context
  const { checks } = findings
  const call = { signal: options.signal, timeoutMs: options.timeoutMs }

  const outvoted = new Set<string>()
  const chain = context.chain(({ operator }) => outvoted.add(operator))
  const block = await chain.block('latest', call)
  const state = await chain.domain(domain, block, call)
  if (state === undefined) throw notRegistered(domain)
  findings.state = state
  const liars = outvoted.size > 0 ? ` Outvoted: ${[...outvoted].join(', ')}.` : ''
  checks.push(passed(1, chain.name, `They agree on block ${block.number} ${block.hash}.${liars}`))

  findings.step = 2
  const root = checkHead(state)
  findings.root = root
  checks.push(passed(2, domain, `Release ${state.head.live} is live and stable; its root is ${root}.`))

  const onCheck = (check: Check) => checks.push(check)
  const pinnedKey = pinnedKeys[domain]
  const verified = await verifyRoot({ ...call, state, source, chainId, registry, verifyMlDsa, pinnedKey, onCheck })
  const served = { ...options, fetch: options.fetch ?? context.fetch, url: options.url ?? `https://${domain}` }
  checks.push(...(await verifyServed(verified, served)))
}

export function notRegistered(domain: DomainName): VerifyError {
  return new VerifyError('NOT_REGISTERED', `${domain} is not registered in this registry.`, { step: 2 })
}
