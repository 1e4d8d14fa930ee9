/** Why a copy never counts, whatever the provider does: that lies in where the configuration has it read back. */
export const UNCOUNTED: ReadonlySet<string> = new Set(['SOURCE_MISSING', 'EVIDENCE_WEAK'])
