import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { passphrase, temporaryFolder } from '../test/key-file-fixture.ts'
import { readKeyFile } from './read-key-file.ts'
import { decodeRecipient, encodeRecipient, RECIPIENT_KEMS, recipientKeyId, recipientOf } from './vault/recipient.ts'
import { writeKeyFile } from './write-key-file.ts'

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => rm(folder, { recursive: true }))

const seed = new Uint8Array(createHash('sha256').update('a recipient').digest())

describe("a recipient's key file", () => {
  it('gives back the seed, and is named by its public key', async () => {
    const path = join(folder, 'recipient.json')
    const keyId = recipientKeyId(await recipientOf(seed))
    expect(await writeKeyFile(path, { kind: 'recipient', secret: seed, passphrase })).toEqual({
      kind: 'recipient',
      keyId,
    })
    expect(await readKeyFile(path, { passphrase })).toEqual({ kind: 'recipient', keyId, secret: seed })
  })

  it('refuses a seed of another length', async () => {
    const short = { kind: 'recipient', secret: seed.subarray(1), passphrase } as const
    await expect(writeKeyFile(join(folder, 'r'), short)).rejects.toMatchObject({ code: 'KEY_SECRET_INVALID' })
  })
})

describe("a recipient's public half", () => {
  it.each(RECIPIENT_KEMS)('is read as it was written: %s', async (kem) => {
    const recipient = await recipientOf(seed, kem)
    expect(decodeRecipient(encodeRecipient(recipient), 'r')).toEqual(recipient)
  })

  it.each([
    ['another KEM', (text: string) => text.replace('MLKEM1024-P384', 'ML-KEM-768')],
    ['the name of another key', (text: string) => text.replace(/"keyId":"./, '"keyId":"x')],
    ['a shorter key', (text: string) => text.replace(/"publicKey":"..../, '"publicKey":"')],
    ['another version', (text: string) => text.replace('"version":1', '"version":2')],
    ['nothing', () => ''],
  ])('is refused with %s', async (_what, change) => {
    const text = Buffer.from(encodeRecipient(await recipientOf(seed))).toString()
    expect(() => decodeRecipient(Buffer.from(change(text)), 'r')).toThrow(
      expect.objectContaining({ code: 'RECIPIENT_KEY_MALFORMED' }),
    )
  })
})
