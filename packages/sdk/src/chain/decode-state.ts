import type { Address, Bytes32, Head, PendingTrust, RingEntry, Trust } from '@domainsync/core'
import { registryInterface } from './registry-interface.ts'

/** The views that one domain's state is read with, besides `trustAt`. */
export const STATE_VIEWS = [
  'nodeOf',
  'head',
  'roles',
  'ring',
  'kept',
  'rollbackTarget',
  'feedHead',
  'pendingTrust',
] as const
export type StateView = (typeof STATE_VIEWS)[number]

/** A release number and its digest. */
export interface ReleaseRef {
  readonly release: number
  readonly ipfsHash: Bytes32
}

export function decodeNode(data: string): Bytes32 {
  const [node] = registryInterface.decodeFunctionResult('nodeOf', data)
  return hex(node)
}

export function decodeHead(data: string): Head {
  const [head] = registryInterface.decodeFunctionResult('head', data)
  return {
    ipfsHash: hex(head.ipfsHash),
    live: Number(head.live),
    latest: Number(head.latest),
    seq: Number(head.seq),
    stable: head.stable,
    paused: Number(head.paused),
  }
}

/** `undefined` when nothing is proposed. */
export function decodePendingTrust(data: string): PendingTrust | undefined {
  const [trustHash, notBefore, reclaim] = registryInterface.decodeFunctionResult('pendingTrust', data)
  return BigInt(trustHash) === 0n ? undefined : { trustHash: hex(trustHash), notBefore: Number(notBefore), reclaim }
}

/** The root that a feed has anchored; `undefined` for none. */
export function decodeFeedRoot(data: string): Bytes32 | undefined {
  const [root] = registryInterface.decodeFunctionResult('feedHead', data)
  return BigInt(root) === 0n ? undefined : hex(root)
}

export function decodeRoles(data: string): { publisher: Address; healer: Address; feed: Address } {
  const [publisher, healer, feed] = registryInterface.decodeFunctionResult('roles', data)
  return { publisher: hex(publisher), healer: hex(healer), feed: hex(feed) }
}

export function decodeTrust(data: string): Trust {
  const [trust] = registryInterface.decodeFunctionResult('trustAt', data)
  return {
    owner: hex(trust.owner),
    guardian: hex(trust.guardian),
    signer: hex(trust.signer),
    fromRelease: Number(trust.fromRelease),
    pqKeyHash: hex(trust.pqKeyHash),
  }
}

/** `undefined` for release 0: none. Serves `kept` and `rollbackTarget`, which answer in the same form. */
export function decodeReleaseRef(view: 'kept' | 'rollbackTarget', data: string): ReleaseRef | undefined {
  const [release, ipfsHash] =
    view === 'kept'
      ? registryInterface.decodeFunctionResult('kept', data)
      : registryInterface.decodeFunctionResult('rollbackTarget', data)
  return release === 0n ? undefined : { release: Number(release), ipfsHash: hex(ipfsHash) }
}

/** A ring entry as the ring has it. */
export type Held = Omit<RingEntry, 'trust'>

export function decodeRing(data: string): Held[] {
  const [releases, hashes, stable] = registryInterface.decodeFunctionResult('ring', data)
  return [...releases]
    .map((release, slot) => ({ release: Number(release), ipfsHash: hex(hashes[slot]), stable: stable[slot] === true }))
    .filter(({ release }) => release !== 0)
}

export function decodeStable(data: string): boolean {
  return registryInterface.decodeFunctionResult('releaseAt', data).stable
}

function hex(value: unknown): `0x${string}` {
  if (typeof value !== 'string' || !value.startsWith('0x')) throw new TypeError(`${String(value)} is not hex`)
  return value.toLowerCase() as `0x${string}`
}
