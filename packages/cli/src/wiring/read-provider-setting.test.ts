import { expect, it } from 'vitest'
import { readProviderSetting } from './read-provider-setting.ts'

const place = { name: 'mine', config: { folder: '.', env: { SECRET: 'no-address' } } }

it.each(['token', 'password', 'gatewayToken'])('takes a secret %s as it is', async (setting) => {
  expect(await readProviderSetting(setting, { env: 'SECRET' }, place)).toBe('no-address')
})

it.each(['url', 'uploadUrl', 'rpcUrl', 'gatewayUrl'])('wants an address for %s', async (setting) => {
  await expect(readProviderSetting(setting, { env: 'SECRET' }, place)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(`providers."mine".${setting}`),
  })
})
