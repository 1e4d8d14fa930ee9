import { randomBytes } from 'node:crypto'
import { RECIPIENT_SEED_BYTES } from '@domainsync/pq'
import { type NamedRecipient, recipientOf } from '@domainsync/pq/node'
import { beforeAll, describe, expect, it } from 'vitest'
import { requireDistinct } from './change-recipients.ts'

const coded = (code: string) => expect.objectContaining({ code })

describe('the recipients of a backup', () => {
  let alice: NamedRecipient
  let bob: NamedRecipient
  beforeAll(async () => {
    alice = { ...(await recipientOf(randomBytes(RECIPIENT_SEED_BYTES))), label: 'alice' }
    bob = { ...(await recipientOf(randomBytes(RECIPIENT_SEED_BYTES))), label: 'bob' }
  })
  const present = () => [{ keyId: '0'.repeat(64), label: 'carol' }]

  it('are others, and called otherwise', () => {
    expect(() => requireDistinct([alice, bob], present())).not.toThrow()
  })

  it('are refused when one key is there twice, whatever it is called', () => {
    expect(() => requireDistinct([alice, { ...alice, label: 'again' }])).toThrow(coded('RECIPIENTS_TOO_FEW'))
  })

  it('are refused when two have one name, as when both files are called recipient.pub.json', () => {
    expect(() => requireDistinct([alice, { ...bob, label: 'alice' }])).toThrow(coded('RECIPIENT_NAME_TAKEN'))
    expect(() => requireDistinct([{ ...alice, label: 'carol' }], present())).toThrow(coded('RECIPIENT_NAME_TAKEN'))
  })
})
