import { failedCheck, type Observation } from '@domainsync/core'
import { checkedPaths, pagePaths, servedPaths } from '../agent-domain.ts'
import { getPage } from '../observe/get-page.ts'
import { observeCheck } from '../observe/observe-check.ts'
import { observeServed, type Served } from '../observe/observe-served.ts'
import { observeSite } from '../observe/observe-site.ts'
import { probeName } from '../observe/probe-name.ts'
import { isSettling, type Known, type Look } from './look.ts'

/**
 * Every page that a due probe is about, asked for once, as a reader would. None while the live release is quarantined: servers are
 * right to refuse it, and no upload mends that.
 */
export async function observePages(look: Look, known: Known): Promise<Observation[]> {
  if (known.state?.head.stable === false) return []
  const kinds = ['served', 'check', 'site'] as const
  const paths = pagePaths(look.domain).filter((path) => kinds.some((kind) => look.due(probeName(kind, path))))
  return (await Promise.all(paths.map((path) => observePage(path, look, known)))).flat()
}

async function observePage(path: string, look: Look, known: Known): Promise<Observation[]> {
  const { domain, context, due } = look
  const served = await readPage(new URL(path, domain.url).href, look)
  const checked = checkedPaths(domain).includes(path) ? await runChecks({ path, served }, look, known) : undefined
  const seen = [
    servedPaths(domain).includes(path) && due(probeName('served', path))
      ? await compare({ path, served }, look, known)
      : undefined,
    checked,
    observeSite({ path, served, checked, online: known.state !== undefined }, context),
  ]
  return seen.filter((one) => one !== undefined).filter(({ probe }) => due(probe))
}

/** The page beside the signed list; nothing to compare while there is no list. */
async function compare(
  { path, served }: { path: string; served: Served },
  look: Look,
  { verification, older }: Known,
): Promise<Observation | undefined> {
  if (verification?.kind !== 'verified') return undefined
  const { files } = verification
  const { update } = look.memory
  const signedElsewhere = async (sha256: string) =>
    update?.files.some((file) => file.sha256 === sha256) ? update.release : older?.whose(sha256)
  const settling = (release: number) => release === update?.release || isSettling(look)
  return observeServed({ path, served, files }, { ...look.context, signedElsewhere, settling })
}

/** The first check of the page that fails, or else its first one. */
async function runChecks(
  { path, served }: { path: string; served: Served },
  { domain, context }: Look,
  { verification, older }: Known,
): Promise<Observation> {
  const files = verification?.kind === 'verified' ? verification.files : undefined
  const checks = domain.checks.filter((check) => check.path === path)
  const failing =
    'answer' in served ? checks.find((check) => failedCheck(check, served.answer) !== undefined) : undefined
  const check = failing ?? checks[0]!
  return observeCheck({ check, served, files }, { ...context, predecessor: async () => older?.passes(check) })
}

async function readPage(url: string, { context, tools }: Pick<Look, 'context' | 'tools'>): Promise<Served> {
  const { signal, timeoutMs } = context
  try {
    return { answer: await getPage(url, { signal, timeoutMs, fetch: tools.fetch }) }
  } catch (error) {
    signal.throwIfAborted()
    return { error }
  }
}
