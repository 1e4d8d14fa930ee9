import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyWarnings, whyReadOnly } from './agent-key.ts'
import { AgentStage, closed, done } from './agent-stage.test.support.ts'
import { memoryTransactor } from './agent-world.test.support.ts'

const [healer, publisher, owner, signer, other] = [1, 2, 3, 4, 5].map((n) => `0x${`${n}`.repeat(40)}` as const)

let stage: AgentStage
beforeEach(async () => {
  stage = await AgentStage.open()
})
afterEach(() => stage[Symbol.asyncDispose]())

/** The domain's state with every role another key, but for the changes. */
async function stateWith(change: { healer?: `0x${string}`; publisher?: `0x${string}` } = {}) {
  const { chain, name } = stage.world
  const state = (await chain.domain(name, await chain.block()))!
  return {
    ...state,
    healer: healer!,
    publisher: publisher!,
    nextTrust: { ...state.trust, owner: owner!, signer: signer! },
    ...change,
  }
}

describe('keyWarnings', () => {
  it('says nothing about a key that is the healer and nothing else', async () => {
    expect(keyWarnings(healer, await stateWith())).toEqual([])
    expect(keyWarnings('hidden', await stateWith())).toEqual([])
    expect(keyWarnings(undefined, await stateWith())).toEqual([])
  })

  it.each([
    ['publisher', publisher],
    ['owner', owner],
    ['signer', signer],
  ])('warns of a key that is also the %s', async (role, key) => {
    const [warning] = keyWarnings(key, await stateWith())
    expect(warning).toMatchObject({ code: 'KEY_SHARED', message: expect.stringContaining(`also the ${role}`) })
  })

  it('warns of a healer on chain that is also the owner, when the key is not known', async () => {
    expect(keyWarnings('hidden', await stateWith({ healer: owner! }))).toMatchObject([{ code: 'KEY_SHARED' }])
  })

  it('warns of a key that is not the healer', async () => {
    expect(keyWarnings(other, await stateWith())).toMatchObject([{ code: 'NOT_HEALER' }])
    expect(keyWarnings(publisher, await stateWith()).map(({ code }) => code)).toEqual(['KEY_SHARED', 'NOT_HEALER'])
  })
})

describe('whyReadOnly', () => {
  const transactor = {} as never
  it('says why nothing can be written on chain', async () => {
    const state = await stateWith()
    expect(whyReadOnly({}, state)).toBe('no healer key is configured')
    expect(whyReadOnly({ transactor, healer: other }, state)).toContain('is not the healer')
    expect(whyReadOnly({ transactor, healer }, state)).toBeUndefined()
    expect(whyReadOnly({ transactor, healer: owner }, state)).toBeUndefined()
    expect(whyReadOnly({ healer: 'hidden' }, state)).toBeUndefined()
  })
})

describe('an agent with a key that is not the healer', () => {
  it('sends nothing, says so, and wakes a person', async () => {
    const { world } = stage
    world.release('three', 'broken')
    const transactor = memoryTransactor(world.chain)
    const agent = stage.agent({ transactor, healer: other! })
    const reports = await stage.until(agent, ({ actions }) => actions.some(({ action }) => action.kind === 'page'))
    expect(done(reports)).toEqual([])
    expect(closed(reports.at(-1)!)).toBe(false)
    expect(reports.at(-1)!.warnings).toMatchObject([{ code: 'NOT_HEALER' }])
    const { sent } = stage.notifier
    expect(sent.filter(({ title }) => title.includes('NOT_HEALER'))).toMatchObject([{ severity: 'critical' }])
    expect(sent.at(-1)!.text).toContain('is not the healer of this domain')
  })
})
