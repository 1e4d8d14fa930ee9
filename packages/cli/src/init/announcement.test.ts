import { parseDomainName } from '@domainsync/core'
import { expect, it } from 'vitest'
import { announcementName, announcementText } from './announcement.ts'

it('commits to chain, registry and owner, whatever case the addresses come in', () => {
  const registry = `0x${'Ab'.repeat(20)}` as const
  const owner = `0x${'Cd'.repeat(20)}` as const
  expect(announcementName(parseDomainName('bbbhhai.com'))).toBe('_domainsync.bbbhhai.com')
  expect(announcementText({ chainId: 1, registry, owner })).toBe(
    `domainsync=1;chain=1;registry=${registry.toLowerCase()};owner=${owner.toLowerCase()}`,
  )
})
