import { z } from 'zod'

/** A secret: the name of an environment variable, or a file (mode 0600) whose content it is. */
export const secret = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  {
    error: 'a secret is { env: "NAME" } or { file: "path" }',
  },
)
/** A plain text, or a secret. */
export const text = z.union([z.string().min(1), secret])

export type SecretSource = z.infer<typeof secret>
