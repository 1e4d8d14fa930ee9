import type { Replica } from '@domainsync/core'
import {
  createEmbeddedReplica,
  createFilebaseReplica,
  createFourEverlandReplica,
  createIpfsClusterReplica,
  createKuboReplica,
  createLighthouseReplica,
  createPinataReplica,
  createPsaReplica,
} from '@domainsync/ipfs-mirror'
import type { LoadedConfig } from '../config/load-config.ts'
import type { LiveProviderConfig } from '../config/provider-schema.ts'
import type { SecretSource } from '../config/secret-schema.ts'
import { readProviderSetting } from './read-provider-setting.ts'

/** The value of one setting of the provider; nothing for one that is not there. */
type Read = <S extends string | SecretSource | undefined>(
  setting: string,
  source: S,
) => Promise<S extends undefined ? undefined : string>

type Kind = LiveProviderConfig['kind']
type Opener<K extends Kind> = (
  name: string,
  provider: Extract<LiveProviderConfig, { kind: K }>,
  read: Read,
) => Promise<Replica>

/** Every kind of provider that takes releases. A new one is its driver, its schema and its line here. */
const OPENERS: { readonly [K in Kind]: Opener<K> } = {
  embedded: async (name, { url, token, failureDomain }, read) =>
    createEmbeddedReplica({ name, url, token: await read('token', token), failureDomain }),
  kubo: async (name, { rpcUrl, token, origins, failureDomain }, read) =>
    createKuboReplica({
      ...{ name, origins, failureDomain },
      rpcUrl: await read('rpcUrl', rpcUrl),
      token: await read('token', token),
    }),
  'ipfs-cluster': async (name, { url, user = '', password, rpcUrl, origins, ...provider }, read) => {
    const known = await read('password', password)
    return createIpfsClusterReplica({
      ...{ name, origins, failureDomain: provider.failureDomain },
      url: await read('url', url),
      credentials: known === undefined ? undefined : { user, password: known },
      rpcUrl: await read('rpcUrl', rpcUrl),
      ...(await gatewayOf(provider, read)),
    })
  },
  psa: async (name, { url, token, rpcUrl, ...provider }, read) =>
    createPsaReplica({
      ...{ name, failureDomain: provider.failureDomain },
      url: await read('url', url),
      credentials: { token: await read('token', token) },
      rpcUrl: await read('rpcUrl', rpcUrl),
      ...(await gatewayOf(provider, read)),
    }),
  pinata: async (name, { uploadUrl, gatewayToken, ...provider }, read) =>
    createPinataReplica({
      ...(await accountOf(name, provider, read)),
      uploadUrl: await read('uploadUrl', uploadUrl),
      gatewayToken: await read('gatewayToken', gatewayToken),
    }),
  filebase: async (name, provider, read) => createFilebaseReplica(await accountOf(name, provider, read)),
  '4everland': async (name, provider, read) => createFourEverlandReplica(await accountOf(name, provider, read)),
  lighthouse: async (name, { uploadUrl, ...provider }, read) =>
    createLighthouseReplica({
      ...(await accountOf(name, provider, read)),
      uploadUrl: await read('uploadUrl', uploadUrl),
    }),
}

/** The replica that an entry of `providers` describes; nothing is asked of it yet. */
export async function openReplica<K extends Kind>(
  name: string,
  { provider, config }: { provider: Extract<LiveProviderConfig, { kind: K }>; config: LoadedConfig },
): Promise<Replica> {
  const read = async (setting: string, source: string | SecretSource | undefined) =>
    source === undefined ? undefined : readProviderSetting(setting, source, { name, config })
  return OPENERS[provider.kind as K](name, provider, read as Read)
}

interface GatewaySettings {
  readonly gatewayUrl?: string | SecretSource | undefined
  readonly ownContentOnly: boolean
}

async function gatewayOf({ gatewayUrl, ownContentOnly }: GatewaySettings, read: Read) {
  return { gatewayUrl: await read('gatewayUrl', gatewayUrl), ownContentOnly }
}

/** What every vendor's driver wants to know. */
async function accountOf(
  name: string,
  provider: GatewaySettings & {
    readonly url?: string | SecretSource | undefined
    readonly token: SecretSource
    readonly failureDomain: string
  },
  read: Read,
) {
  const { url, token, failureDomain } = provider
  const gateway = await gatewayOf(provider, read)
  return { name, failureDomain, url: await read('url', url), token: await read('token', token), ...gateway }
}
