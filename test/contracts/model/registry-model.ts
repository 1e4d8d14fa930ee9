import { TypedDataEncoder, ZeroAddress, ZeroHash } from 'ethers'
import { type SignedTrust, signedTrust, trustFields } from '../../../packages/bindings/src/typed-data.ts'
import { inRing, isHeld, isStable, type ModelDomain, newDomain, wouldEvictLive } from './model-domain.ts'

const PUBLISHING = 1
const HEALING = 2
const FEED = 4
const TRUST_DELAY_S = 2 * 86_400
const RECLAIM_DELAY_S = 30 * 86_400

/** A refusal, by the name and arguments of the contract's error. */
export class Revert extends Error {
  readonly args: readonly (string | number)[]
  constructor(name: string, ...args: (string | number)[]) {
    super(name)
    this.args = args
  }
}

/** Who calls, and the block's time in seconds. */
export interface Caller {
  readonly sender: string
  readonly now: number
}

export interface ModelItem {
  readonly domain: string
  readonly ipfsHash: string
  readonly expectedSeq: number
}

/** What registrars attest: here, that they did, with one of them being enough. */
export interface Attested {
  readonly deadline: number
  readonly valid: boolean
}

/**
 * The rules of the registry in plain TypeScript, written from its interface and not from its code: no packed words, no ring
 * arithmetic, every release remembered. One registrar. A call that throws may leave the model half changed: work on a copy.
 */
export class RegistryModel {
  readonly domains = new Map<string, ModelDomain>()

  register(
    domain: Pick<ModelDomain, 'id' | 'node' | 'publisher' | 'healer'>,
    trust: SignedTrust,
    by: Attested & Caller,
  ) {
    const known = this.domains.get(domain.id)
    if (known) throw new Revert('AlreadyRegistered', domain.id, known.node)
    requireAttested(by)
    const created = newDomain(domain.id, domain.node)
    setRoles(created, domain)
    requireComplete(trust)
    created.trusts.push({ ...trust, fromRelease: 1 })
    this.domains.set(domain.id, created)
  }

  sync({ domain, ...item }: ModelItem, { sender }: Caller): void {
    this.#append(this.#publishedBy(domain, sender), item)
  }

  syncWithSignature(
    { domain, ...item }: ModelItem,
    by: Caller & { deadline: number; signer: string | undefined },
  ): void {
    if (by.now > by.deadline) throw new Revert('Expired', by.deadline, by.now)
    const publisher = this.domains.get(domain)?.publisher ?? ZeroAddress
    if (publisher === ZeroAddress || by.signer !== publisher) throw new Revert('BadSignature', publisher)
    this.#append(this.#known(domain), item)
  }

  /** @returns how many items failed. */
  syncBatch(items: readonly ModelItem[], { sender }: Caller): number {
    let failed = 0
    for (const { domain, ...item } of items) {
      const found = this.#publishedBy(domain, sender)
      if (item.ipfsHash === ZeroHash) throw new Revert('ZeroHash')
      try {
        this.#append(found, item)
      } catch {
        failed++
      }
    }
    return failed
  }

  logFailure(domain: string, { sender }: Caller): void {
    const { id, lanes } = this.#publishedBy(domain, sender)
    if (lanes & FEED) throw new Revert('LanePaused', id, lanes)
  }

  logHealthFailure(domain: string, { sender }: Caller): void {
    const found = this.#known(domain)
    if (sender !== found.healer) throw new Revert('NotAuthorized', domain, sender)
    if (found.lanes & FEED) throw new Revert('LanePaused', domain, FEED)
  }

  rollback(domain: string, target: number, by: Caller & { expectedSeq: number }): void {
    const found = this.#healedBy(domain, by.sender)
    requireSeq(found, by.expectedSeq)
    if (target >= found.live || !isStable(found, target)) throw new Revert('NotStable', target)
    for (const [number, release] of found.releases) if (number > target) release.stable = false
    found.live = target
    found.seq++
  }

  keep(domain: string, release: number, by: Caller & { expectedSeq: number }): void {
    const found = this.#healedBy(domain, by.sender, { guardianToo: true })
    requireSeq(found, by.expectedSeq)
    if (release <= found.kept && isStable(found, found.kept)) throw new Revert('NotNewer', release, found.kept)
    if (!inRing(found, release) || !isStable(found, release)) throw new Revert('NotStable', release)
    if (found.live > 0 && !inRing(found, found.live)) throw new Revert('EvictsLive', found.live)
    found.kept = release
    found.seq++
  }

  setStable(domain: string, release: number, { sender, stable }: Caller & { stable: boolean }): void {
    const found = this.#known(domain)
    const { owner, guardian } = found.trusts.at(-1)!
    if (sender !== owner && (stable || sender !== guardian)) throw new Revert('NotAuthorized', domain, sender)
    if (!isHeld(found, release)) throw new Revert('NotStable', release)
    const held = found.releases.get(release)!
    if (held.stable === stable) return
    held.stable = stable
    found.seq++
  }

  pause(domain: string, lanes: number, { sender }: Caller): void {
    const found = this.#known(domain)
    const { owner, guardian } = found.trusts.at(-1)!
    const byHealer = sender === found.healer && lanes <= PUBLISHING
    if (lanes > (PUBLISHING | HEALING)) throw new Revert('NotAuthorized', domain, sender)
    if (sender !== owner && sender !== guardian) {
      if (!byHealer) throw new Revert('NotAuthorized', domain, sender)
      if (found.lanes & HEALING) throw new Revert('LanePaused', domain, found.lanes)
    }
    setLanes(found, found.lanes | lanes)
  }

  unpause(domain: string, lanes: number, { sender }: Caller): void {
    const found = this.#ownedBy(domain, sender)
    if (lanes > (PUBLISHING | HEALING)) throw new Revert('NotAuthorized', domain, sender)
    setLanes(found, found.lanes & ~lanes)
  }

  setRoles(domain: string, roles: Pick<ModelDomain, 'publisher' | 'healer'>, { sender }: Caller): void {
    const found = this.#ownedBy(domain, sender)
    setRoles(found, roles)
    found.seq++
  }

  proposeTrust(domain: string, trust: SignedTrust, { sender, now }: Caller): void {
    const found = this.#ownedBy(domain, sender)
    if (found.pending?.reclaim) throw new Revert('ReclaimPending', domain)
    requireComplete(trust)
    found.pending = { trust, notBefore: now + TRUST_DELAY_S, reclaim: false }
  }

  cancelTrust(domain: string, { sender }: Caller): void {
    const found = this.#known(domain)
    const { owner, guardian } = found.trusts.at(-1)!
    if (sender !== owner && sender !== guardian) throw new Revert('NotAuthorized', domain, sender)
    if (found.pending?.reclaim) throw new Revert('ReclaimPending', domain)
    if (!found.pending) throw new Revert('NoPendingTrust', domain)
    found.pending = undefined
  }

  acceptTrust(domain: string, trust: SignedTrust, { sender, now }: Caller): void {
    const found = this.domains.get(domain)
    if (!found?.pending) throw new Revert('NoPendingTrust', domain)
    const { pending } = found
    const [expected, offered] = [trustHash(pending.trust), trustHash(trust)]
    if (offered !== expected) throw new Revert('TrustMismatch', expected, offered)
    if (sender !== trust.owner) throw new Revert('NotAuthorized', domain, sender)
    if (now < pending.notBefore) throw new Revert('TooEarly', pending.notBefore, now)
    if (pending.reclaim) forgetOldOwner(found)
    found.pending = undefined
    found.trusts.push({ ...trust, fromRelease: found.latest + 1 })
    found.seq++
  }

  startReclaim(domain: string, next: SignedTrust, by: Attested & Caller): void {
    const found = this.#known(domain)
    requireAttested(by)
    requireComplete(next)
    found.reclaims++
    found.pending = { trust: next, notBefore: by.now + RECLAIM_DELAY_S, reclaim: true }
  }

  objectReclaim(domain: string, { sender }: Caller): void {
    const found = this.#ownedBy(domain, sender)
    if (!found.pending?.reclaim) throw new Revert('NoPendingTrust', domain)
    found.pending = undefined
  }

  setFeed(domain: string, feed: string, { sender }: Caller): void {
    const found = this.#ownedBy(domain, sender)
    if (feed === domain) throw new Revert('SharedRole', feed)
    if (feed === ZeroAddress) leaveFeed(found)
    else {
      this.#known(feed)
      found.feed = feed
      found.lanes |= FEED
    }
    found.seq++
  }

  anchor(feed: string, root: string, { sender, expectedSeq }: Caller & { expectedSeq: number }): void {
    const found = this.#publishedBy(feed, sender)
    if (root === ZeroHash) throw new Revert('ZeroHash')
    requireOpen(found, expectedSeq)
    found.root = root
    found.seq++
  }

  #known(domain: string): ModelDomain {
    const found = this.domains.get(domain)
    if (!found) throw new Revert('NotRegistered', domain)
    return found
  }

  #ownedBy(domain: string, sender: string): ModelDomain {
    const found = this.#known(domain)
    if (sender !== found.trusts.at(-1)!.owner) throw new Revert('NotAuthorized', domain, sender)
    return found
  }

  #publishedBy(domain: string, sender: string): ModelDomain {
    const found = this.#known(domain)
    if (sender !== found.publisher) throw new Revert('NotAuthorized', domain, sender)
    return found
  }

  /** The healer, while healing is open; the owner always; nobody in a feed. */
  #healedBy(domain: string, sender: string, { guardianToo = false } = {}): ModelDomain {
    const found = this.#known(domain)
    const { owner, guardian } = found.trusts.at(-1)!
    const { lanes, healer } = found
    if (lanes & FEED) throw new Revert('LanePaused', domain, lanes)
    if (sender === owner || (guardianToo && sender === guardian)) return found
    if (sender !== healer) throw new Revert('NotAuthorized', domain, sender)
    if (lanes & HEALING) throw new Revert('LanePaused', domain, lanes)
    return found
  }

  #append(domain: ModelDomain, { ipfsHash, expectedSeq }: Omit<ModelItem, 'domain'>): void {
    if (ipfsHash === ZeroHash) throw new Revert('ZeroHash')
    requireOpen(domain, expectedSeq)
    if (wouldEvictLive(domain)) throw new Revert('EvictsLive', domain.live)
    domain.latest++
    domain.live = domain.latest
    domain.releases.set(domain.latest, { ipfsHash, stable: true })
    domain.seq++
  }
}

/** EIP-712 struct hash of a trust, computed apart from the contract. */
export function trustHash(trust: SignedTrust): string {
  return TypedDataEncoder.hashStruct('Trust', { Trust: trustFields() }, signedTrust(trust))
}

function requireSeq({ seq }: ModelDomain, expectedSeq: number): void {
  if (seq !== expectedSeq) throw new Revert('StaleSeq', expectedSeq, seq)
}

function requireOpen(domain: ModelDomain, expectedSeq: number): void {
  requireSeq(domain, expectedSeq)
  if (domain.lanes & (PUBLISHING | FEED)) throw new Revert('LanePaused', domain.id, domain.lanes)
}

function requireAttested({ deadline, valid, now }: Attested & Caller): void {
  if (now > deadline) throw new Revert('Expired', deadline, now)
  if (!valid) throw new Revert('BadAttestation', 0, 1)
}

function requireComplete({ owner, signer, pqKeyHash }: SignedTrust): void {
  if ([owner, signer].includes(ZeroAddress) || pqKeyHash === ZeroHash) {
    throw new Revert('IncompleteTrust', owner, signer, pqKeyHash)
  }
}

function setRoles(domain: ModelDomain, { publisher, healer }: Pick<ModelDomain, 'publisher' | 'healer'>): void {
  if (publisher === healer && publisher !== ZeroAddress) throw new Revert('SharedRole', publisher)
  Object.assign(domain, { publisher, healer })
}

function setLanes(domain: ModelDomain, lanes: number): void {
  if (lanes === domain.lanes) return
  domain.lanes = lanes
  domain.seq++
}

function leaveFeed(domain: ModelDomain): void {
  if (domain.feed !== ZeroAddress) domain.lanes = (domain.lanes & ~FEED) | PUBLISHING
  domain.feed = ZeroAddress
}

/** After a reclaim: no roles, no feed, nothing stable, nothing kept but what is live. */
function forgetOldOwner(domain: ModelDomain): void {
  leaveFeed(domain)
  for (const release of domain.releases.values()) release.stable = false
  if (inRing(domain, domain.live) || domain.live === 0) domain.kept = 0
  Object.assign(domain, { publisher: ZeroAddress, healer: ZeroAddress, root: ZeroHash })
}
