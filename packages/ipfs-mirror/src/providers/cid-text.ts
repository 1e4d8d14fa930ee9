import { z } from 'zod'

/** A CID as a provider writes it; those that hold their bytes themselves are the longest. */
export const CID_TEXT = z.string().max(1_000)
