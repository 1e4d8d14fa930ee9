import { ConfigError } from '../config/config-error.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import type { LiveProviderConfig } from '../config/provider-schema.ts'
import type { SecretSource } from '../config/secret-schema.ts'
import { readProviderSetting } from './read-provider-setting.ts'

/** Told apart by where they are alone. */
const OWN: ReadonlySet<string> = new Set(['embedded', 'kubo', 'ipfs-cluster'])

/**
 * Two names of one node or one account would count as two copies: refused. What only looks like two is found out when copies
 * are proven.
 *
 * @throws ConfigError `CONFIG_INVALID` naming both, `SECRET_MISSING`
 */
export async function requireDistinctAccounts(
  providers: readonly { readonly name: string; readonly provider: LiveProviderConfig }[],
  config: LoadedConfig,
): Promise<void> {
  const names = new Map<string, string>()
  for (const { name, provider } of providers) {
    const account = await accountOf(provider, (setting, source) =>
      readProviderSetting(setting, source, { name, config }),
    )
    const other = names.get(account)
    if (other !== undefined) {
      const what = OWN.has(provider.kind) ? 'node' : 'account'
      throw new ConfigError(
        'CONFIG_INVALID',
        `providers."${name}": this is the same ${what} as "${other}", so it would be no second copy; take one of them out.`,
      )
    }
    names.set(account, name)
  }
}

/** Nodes of one's own are told apart by where they are, vendors' accounts by their tokens too. */
async function accountOf(
  provider: LiveProviderConfig,
  read: (setting: string, source: string | SecretSource) => Promise<string>,
): Promise<string> {
  switch (provider.kind) {
    case 'kubo':
      return address(await read('rpcUrl', provider.rpcUrl))
    case 'embedded':
    case 'ipfs-cluster':
      return address(await read('url', provider.url))
    default: {
      const url = provider.url === undefined ? '' : address(await read('url', provider.url))
      return JSON.stringify([provider.kind, url, await read('token', provider.token)])
    }
  }
}

/** One spelling of an address; drivers refuse what is none. */
function address(text: string): string {
  return URL.canParse(text) ? new URL(text).href.replace(/\/$/, '') : text
}
