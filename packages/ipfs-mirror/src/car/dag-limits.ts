/** Distinct blocks of a DAG that are walked: a release of a terabyte has fewer. What is remembered of each takes 44 to 126 bytes. */
export const MAX_DAG_BLOCKS = 2_000_000

/** Links that a walk may have ahead of it, at 33 bytes: a real release has as many as the folders above one file have entries. */
export const MAX_LINKS_AHEAD = 1_000_000
