import { zeroPadValue } from 'ethers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type Bytes32,
  domainId,
  parseDomainName,
  type TransactionReceipt,
  type Transactor,
} from '../../packages/core/dist/index.js'
import { reservePort } from '../../packages/core/dist/node/index.js'
import {
  createTransactor,
  decodeRegistryError,
  type EstimatingTransactor,
  RegistryError,
  registryInterface,
} from '../../packages/sdk/src/index.ts'
import { type ChainNode, CHAIN_NODE as kind, startChainNode } from '../support/chain-node.ts'
import { type Alter, startRpcProxy } from '../support/lying-rpc.ts'
import { deployRegistry, ROLE_KEYS, roleAddress, type TestRegistry } from '../support/test-registry.ts'

const NAME = parseDomainName('bbbhhai.com')
const ID = domainId(NAME)
const digest = (n: number) => zeroPadValue(`0x${n.toString(16).padStart(2, '0')}`, 32) as Bytes32
const sync = (hash: Bytes32, seq: number) =>
  registryInterface.encodeFunctionData('sync', [ID, hash, seq]) as `0x${string}`

describe(`createTransactor on ${kind}`, () => {
  let node: ChainNode
  let registry: TestRegistry
  let publisher: EstimatingTransactor

  beforeAll(async () => {
    node = await startChainNode(kind)
    registry = await deployRegistry(node)
    await registry.register(NAME)
    publisher = createTransactor({ signer: ROLE_KEYS.publisher, chainId: 31337, rpcUrls: [node.url], quorum: 1 })
  })
  afterAll(async () => {
    registry?.close()
    await node?.stop()
  })

  async function signedSync(hash: Bytes32, options: { nonce?: number; seq?: number; gasLimit?: bigint } = {}) {
    const { nonce, maxFeePerGasWei, maxPriorityFeePerGasWei } = await publisher.account()
    return publisher.sign({
      to: registry.address,
      data: sync(hash, options.seq ?? (await registry.seq(ID))),
      nonce: options.nonce ?? nonce,
      maxFeePerGasWei,
      maxPriorityFeePerGasWei,
      gasLimit: options.gasLimit ?? 100_000n,
    })
  }

  it('signs, sends and finds its transaction', async () => {
    const before = await publisher.account()
    expect(before).toMatchObject({ address: roleAddress('publisher'), nonce: expect.any(Number) })
    const { raw, hash } = await signedSync(digest(1))
    expect(await publisher.receipt(hash)).toBeUndefined()
    await publisher.submit(raw)
    const receipt = await mined(publisher, hash)
    expect(receipt).toMatchObject({ hash, success: true, confirmations: 1 })
    expect(receipt!.gasUsed).toBeLessThan(60_000n)
    const after = await publisher.account()
    expect(after.nonce).toBe(before.nonce + 1)
    expect(before.balanceWei - after.balanceWei).toBe(receipt!.gasUsed * receipt!.gasPriceWei)
  })

  it('gives the same bytes for the same request', async () => {
    const request = { nonce: 1_000, seq: 7 }
    expect(await signedSync(digest(9), request)).toEqual(await signedSync(digest(9), request))
  })

  it('may send the same bytes again, mined or not', async () => {
    const { raw, hash } = await signedSync(digest(2))
    await publisher.submit(raw)
    await publisher.submit(raw)
    expect(await mined(publisher, hash)).toMatchObject({ success: true })
  })

  it('finds a transaction that was mined and failed', async () => {
    const { raw, hash } = await signedSync(digest(3), { seq: 999 })
    await publisher.submit(raw)
    expect(await mined(publisher, hash)).toMatchObject({ success: false })
  })

  it('says that a nonce is taken by another transaction', async () => {
    const { nonce } = await publisher.account()
    const { raw } = await signedSync(digest(4), { nonce: nonce - 1 })
    await expect(publisher.submit(raw)).rejects.toMatchObject({ code: 'NONCE_TAKEN', retryable: false })
  })

  it('estimates a call, and decodes why it would be refused', async () => {
    const seq = await registry.seq(ID)
    const estimate = await publisher.estimate({ to: registry.address, data: sync(digest(5), seq) })
    expect(estimate.gas).toBeGreaterThan(30_000n)
    expect(estimate.gasLimit).toBeGreaterThan(estimate.gas)
    expect(estimate.maxCostWei).toBe(estimate.gasLimit * estimate.maxFeePerGasWei)
    await expect(publisher.estimate({ to: registry.address, data: sync(digest(5), seq + 1) })).rejects.toMatchObject({
      code: 'STALE_SEQ',
      message: expect.stringContaining(`seq is ${seq}, not ${seq + 1}`),
      retryable: false,
    })
    const healer = createTransactor({ signer: ROLE_KEYS.healer, chainId: 31337, rpcUrls: [node.url], quorum: 1 })
    await expect(healer.estimate({ to: registry.address, data: sync(digest(5), seq) })).rejects.toMatchObject({
      code: 'NOT_AUTHORIZED',
    })
  })

  it('says that a key has no funds, before and when sending', async () => {
    const poor = createTransactor({ signer: digest(7), chainId: 31337, rpcUrls: [node.url], quorum: 1 })
    const failure = registryInterface.encodeFunctionData('domainId', [NAME]) as `0x${string}`
    await expect(poor.estimate({ to: registry.address, data: failure })).rejects.toMatchObject({ code: 'KEY_NO_FUNDS' })
    const { maxFeePerGasWei, maxPriorityFeePerGasWei } = await poor.account()
    const { raw } = await poor.sign({
      to: registry.address,
      data: failure,
      nonce: 0,
      gasLimit: 50_000n,
      maxFeePerGasWei,
      maxPriorityFeePerGasWei,
    })
    await expect(poor.submit(raw)).rejects.toMatchObject({ code: 'KEY_NO_FUNDS' })
  })

  it('says that fees are too low', async () => {
    const { nonce } = await publisher.account()
    const { raw } = await publisher.sign({
      to: registry.address,
      data: sync(digest(6), 1),
      nonce,
      gasLimit: 100_000n,
      maxFeePerGasWei: 1n,
      maxPriorityFeePerGasWei: 0n,
    })
    await expect(publisher.submit(raw)).rejects.toMatchObject({ code: 'TX_UNDERPRICED' })
  })

  it('refuses what is no key without showing it', () => {
    const options = { chainId: 31337, rpcUrls: [node.url], quorum: 1 }
    try {
      createTransactor({ signer: '0xdeadbeefsecret', ...options })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'KEY_INVALID' })
      expect(String(error)).not.toContain('secret')
      expect((error as Error).cause).toBeUndefined()
    }
  })

  it('refuses another chain', async () => {
    const elsewhere = createTransactor({ signer: ROLE_KEYS.publisher, chainId: 1, rpcUrls: [node.url], quorum: 1 })
    await expect(elsewhere.account()).rejects.toMatchObject({ code: 'CHAIN_ID_MISMATCH' })
  })

  describe('over several operators', () => {
    async function over(...alters: (Alter | undefined)[]) {
      const stack = new AsyncDisposableStack()
      const proxies = []
      for (const alter of alters) proxies.push(stack.use(await startRpcProxy(node.url, alter)))
      const rpcUrls = proxies.map(({ url }) => url)
      const transactor = createTransactor({ signer: ROLE_KEYS.publisher, chainId: 31337, rpcUrls })
      return { proxies, transactor, [Symbol.asyncDispose]: () => stack.disposeAsync() }
    }

    it('does not believe one about a receipt, a nonce, a balance or fees', async () => {
      const lie: Alter = ({ method }, honest) => {
        if (method === 'eth_getTransactionCount') return { result: '0xfff' }
        if (method === 'eth_getBalance') return { result: '0x0' }
        if (method === 'eth_maxPriorityFeePerGas') return { result: '0xffffffffffff' }
        if (method === 'eth_getTransactionReceipt' && honest.result !== null) {
          return { result: { ...(honest.result as object), status: '0x0' } }
        }
        return honest
      }
      const { raw, hash } = await signedSync(digest(20))
      await publisher.submit(raw)
      await using three = await over(undefined, lie, undefined)
      expect(await three.transactor.account()).toEqual(await publisher.account())
      expect(await three.transactor.receipt(hash)).toEqual(await publisher.receipt(hash))
    })

    it('believes no receipt that only one of them shows', async () => {
      const absent: Alter = ({ method }, honest) => (method === 'eth_getTransactionReceipt' ? { result: null } : honest)
      const { raw, hash } = await signedSync(digest(21))
      await publisher.submit(raw)
      await using three = await over(undefined, absent, absent)
      expect(await three.transactor.receipt(hash)).toBeUndefined()
    })

    it('sends through any one that can be reached', async () => {
      const dead = `http://127.0.0.1:${await reservePort()}`
      const transactor = createTransactor({
        signer: ROLE_KEYS.publisher,
        chainId: 31337,
        rpcUrls: [dead, node.url, { url: node.url, operator: 'other' }],
      })
      const { raw, hash } = await signedSync(digest(22))
      await transactor.submit(raw)
      expect(await mined(transactor, hash)).toMatchObject({ success: true })
    })

    it('has no quorum when only one of three answers', async () => {
      const dead = await Promise.all([1, 2].map(async () => `http://127.0.0.1:${await reservePort()}`))
      const options = { signer: ROLE_KEYS.publisher, chainId: 31337, rpcUrls: [...dead, node.url] }
      const transactor = createTransactor(options)
      await expect(transactor.receipt(digest(1))).rejects.toMatchObject({ code: 'RPC_NO_QUORUM' })
      await expect(transactor.account()).rejects.toMatchObject({ code: 'RPC_NO_QUORUM' })
    })
  })
})

describe('decodeRegistryError', () => {
  it('has a code and a sentence for every error of the interface', () => {
    const names: string[] = []
    registryInterface.forEachError((fragment) => {
      const values = fragment.inputs.map(({ type }) =>
        type === 'string' ? 'x' : type === 'address' ? roleAddress('owner') : type === 'bytes32' ? digest(1) : 1,
      )
      const error = decodeRegistryError(registryInterface.encodeErrorResult(fragment, values))
      const code = fragment.name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
      expect(error).toBeInstanceOf(RegistryError)
      expect(error.code).toBe(code)
      expect(error.message).toMatch(/^[A-Z].*\.$/)
      names.push(fragment.name)
    })
    expect(names.length).toBeGreaterThanOrEqual(16)
  })

  it('finds the data wherever a library keeps it', () => {
    const data = registryInterface.encodeErrorResult('StaleSeq', [1, 2])
    for (const error of [
      data,
      { data },
      { error: { data: { data } } },
      { info: { error: { data } } },
      { cause: { data } },
    ]) {
      expect(decodeRegistryError(error).code).toBe('STALE_SEQ')
    }
  })

  it('says so when the data is none of the registry’s, and leaves other errors alone', () => {
    expect(decodeRegistryError({ data: '0xdeadbeef' }).code).toBe('REGISTRY_REVERTED')
    expect(decodeRegistryError(Object.assign(new Error('x'), { code: 'ECONNRESET' })).code).toBe('ECONNRESET')
    expect(decodeRegistryError('x').code).toBe('UNEXPECTED')
  })
})

/** Its receipt. The node answers a sender before it mines. */
function mined({ receipt }: Pick<Transactor, 'receipt'>, hash: Bytes32): Promise<TransactionReceipt> {
  return vi.waitFor(async () => (await receipt(hash)) ?? Promise.reject(new Error(`${hash} has no receipt`)))
}
