/** An RPC: its URL, or the URL and who runs it. Two URLs of one operator are one voice; the URL's origin by default. */
export type RpcEndpoint = string | { readonly url: string; readonly operator?: string | undefined }

/** The URL and, where it was said, the operator. */
export function parseEndpoint(endpoint: RpcEndpoint): { url: string; operator?: string } {
  if (typeof endpoint === 'string') return { url: endpoint }
  const { url, operator } = endpoint
  return operator === undefined ? { url } : { url, operator }
}
