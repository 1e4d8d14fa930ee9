/** Values of observations that the diagnosis reads; every other value is only shown. */

/** `release`: no manifest was found anywhere, while an older release's was. Needs confirmations, unlike a bad signature. */
export const MANIFEST_MISSING = 'MANIFEST_MISSING'
/** `check`: the page fails its check, whoever's fault it is. */
export const CHECK_FAILS = 'fail'
/** `served`: the bytes are those of no signed release. */
export const UNSIGNED_BYTES = 'UNSIGNED_BYTES'
