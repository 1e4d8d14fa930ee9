import { z } from 'zod'
import { httpAddressFault } from './http-address.ts'

/** A secret: the name of an environment variable, or a file (mode 0600) whose content it is. */
export const secret = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  {
    error: 'a secret is { env: "NAME" } or { file: "path" }',
  },
)

/** Address of an HTTP server, written out. */
export const plainHttpAddress = z.string().superRefine((text, context) => {
  const message = httpAddressFault(text)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})
/** Address of an HTTP server, written out or in a secret (its path may hold a key). */
export const httpAddress = z.union([plainHttpAddress, secret], {
  error: 'an address is a text such as http://127.0.0.1:5001, or a secret: { env: "NAME" } or { file: "path" }',
})

export type SecretSource = z.infer<typeof secret>
