import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { generateReleaseKey, type HpkeKemName, RECIPIENT_SEED_BYTES, spkiHash } from '@domainsync/pq'
import { encodeRecipient, recipientKeyId, recipientOf, writeKeyFile } from '@domainsync/pq/node'
import { Wallet } from 'ethers'

/** The public half of a recipient's key. */
export const RECIPIENT_FILE = 'recipient.pub.json'

/** What is made. */
export interface NewKey {
  readonly role: string
  readonly passphrase: string
  /** Of a recipient's public half; the usual one when left out. */
  readonly kem?: HpkeKemName
}

/** Writes one key and gives its public id: the address, the hash of the SPKI that goes on chain, or that of a recipient's key. */
export async function writeNewKey(path: string, { role, passphrase, kem }: NewKey): Promise<string> {
  if (role === 'release') {
    const { seed, signer } = generateReleaseKey()
    await writeKeyFile(path, { kind: 'release', secret: seed, passphrase })
    return spkiHash(signer.spki)
  }
  if (role === 'recipient') {
    const seed = randomBytes(RECIPIENT_SEED_BYTES)
    const recipient = await recipientOf(seed, kem)
    await writeKeyFile(path, { kind: 'recipient', secret: seed, passphrase })
    await writeFile(join(dirname(path), RECIPIENT_FILE), encodeRecipient(recipient), { flag: 'wx' })
    return recipientKeyId(recipient)
  }
  const wallet = Wallet.createRandom()
  await writeKeyFile(path, { kind: 'account', secret: Buffer.from(wallet.privateKey.slice(2), 'hex'), passphrase })
  return wallet.address.toLowerCase()
}
