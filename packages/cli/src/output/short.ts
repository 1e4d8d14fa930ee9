/** `bafy…r44`: enough of a CID to recognise it in a table. */
export function shortCid(cid: string): string {
  return cid.length <= 12 ? cid : `${cid.slice(0, 4)}…${cid.slice(-4)}`
}

/** `850 ms`, `8.1 s`, `3 min`, `2 h`, `5 d`. */
export function shortDuration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`
  if (durationMs < 10_000) return `${(durationMs / 1_000).toFixed(1)} s`
  if (durationMs < 120_000) return `${Math.round(durationMs / 1_000)} s`
  if (durationMs < 7_200_000) return `${Math.round(durationMs / 60_000)} min`
  if (durationMs < 172_800_000) return `${Math.round(durationMs / 3_600_000)} h`
  return `${Math.round(durationMs / 86_400_000)} d`
}

/** `8 s ago` */
export function ago(atMs: number, nowMs: number): string {
  return `${shortDuration(Math.max(0, nowMs - atMs))} ago`
}

/** A sentence with every CID in it shortened. */
export function shortCids(text: string): string {
  return text.replace(/\bba[fg][a-z2-7]{50,}\b/g, shortCid)
}
