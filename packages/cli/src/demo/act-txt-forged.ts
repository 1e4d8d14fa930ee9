import { type Act, HEALING_TARGET_MS } from './act.ts'
import { waitUntil } from './wait-until.ts'

/** A CID of nobody's release: the bytes "hello world". */
const FORGED = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'

/** Somebody with the DNS key points the name elsewhere; the agent puts it back. */
export const txtForged: Act = {
  title: 'the TXT record is forged',
  targetMs: HEALING_TARGET_MS,

  async play({ site, dns, liveRoot, signal, say }) {
    const root = await liveRoot(site.domain)
    const result = await dns.swap(site.domain, { expected: root, next: FORGED }, { signal })
    if (result.kind !== 'swapped') return undefined
    say(`_dnslink.${site.domain} now says ${FORGED.slice(0, 12)}…, which is no release`)
    return waitUntil(async () => (await dns.read(site.domain, { signal })).cid === root, {
      limitMs: HEALING_TARGET_MS,
      signal,
    })
  },
}
