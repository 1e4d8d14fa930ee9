/** An RPC in a configuration: its URL, or the environment variable that holds it. */
export type RpcSource = string | { readonly env: string }

/** An RPC URL with more than an origin usually holds a key, which belongs in no file: `RPC_1`, `RPC_2` … in its place. */
export function rpcSource(url: string, index: number): RpcSource {
  if (!URL.canParse(url)) return url
  const { origin, href } = new URL(url)
  return href === `${origin}/` ? url : { env: `RPC_${index + 1}` }
}
