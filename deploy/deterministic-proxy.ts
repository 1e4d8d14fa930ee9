import {
  getBytes,
  getCreate2Address,
  keccak256,
  type Provider,
  parseEther,
  type Signer,
  Transaction,
  ZeroHash,
} from 'ethers'

/** The well-known deterministic deployment proxy: calldata is a salt and creation code. */
export const PROXY = '0x4e59b44847b379578588920cA78FbF26c0B4956C'

/** One salt: a contract is told apart by its code and arguments alone. */
const SALT = ZeroHash

/**
 * The transaction that installs the proxy, the same on every chain: signed before EIP-155, with a made-up signature, so that
 * nobody holds the key and the address is fixed. Gas price 100 gwei, gas limit 100,000.
 */
export const INSTALLATION = [
  '0xf8a58085174876e800830186a08080b853',
  `604580600e600039806000f350fe7f${'ff'.repeat(31)}e03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3`,
  `1ba0${'22'.repeat(32)}a0${'22'.repeat(32)}`,
].join('')
const INSTALLATION_COST_WEI = parseEther('0.01')

/** Where creation code lands, on every chain. */
export function deterministicAddress(initCode: string): string {
  return getCreate2Address(PROXY, SALT, keccak256(initCode))
}

/** The transaction that puts it there. */
export function deterministicDeployment(initCode: string): { to: string; data: string } {
  return { to: PROXY, data: SALT + initCode.slice(2) }
}

/** Whether a chain has the proxy. */
export async function hasProxy(provider: Provider): Promise<boolean> {
  return getBytes(await provider.getCode(PROXY)).length > 0
}

/**
 * Installs the proxy where it is missing: pays the made-up account and sends the transaction. Chains that refuse unprotected
 * transactions or ask more than 100 gwei cannot have it.
 *
 * @returns The reason why it could not be installed, or `undefined` when it is there.
 */
export async function installProxy(signer: Signer, provider: Provider): Promise<string | undefined> {
  if (await hasProxy(provider)) return undefined
  const installer = Transaction.from(INSTALLATION).from!
  try {
    const missingWei = INSTALLATION_COST_WEI - (await provider.getBalance(installer))
    if (missingWei > 0n) await (await signer.sendTransaction({ to: installer, value: missingWei })).wait()
    const sent = await provider.broadcastTransaction(INSTALLATION)
    await sent.wait()
  } catch (error) {
    if (!(await hasProxy(provider))) return error instanceof Error ? error.message : String(error)
  }
  return undefined
}
