import type { Bytes32 } from '@domainsync/core'
import { FeedError } from '@domainsync/sdk'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../agent/agent-world.test.support.ts'
import { observeFeed } from './observe-feed.ts'

const ROOT: Bytes32 = `0x${'ab'.repeat(32)}`

const look = (anchored: Bytes32 | undefined, check: (root: Bytes32) => Promise<void>) =>
  observeFeed({
    domain: 'feed.example',
    vantage: 'agent',
    clock: new VirtualClock(),
    timeoutMs: 1_000,
    signal: new AbortController().signal,
    anchored,
    check,
  })

describe('what a feed has anchored', () => {
  it('is good when its manifest gives the root, and when it has anchored nothing', async () => {
    expect(await look(ROOT, async () => {})).toMatchObject({ probe: 'feed', status: 'good', value: ROOT })
    const never = () => Promise.reject(new Error('was asked'))
    expect(await look(undefined, never)).toMatchObject({ status: 'good', value: 'none' })
  })

  it.each(['FEED_MISMATCH', 'FEED_MALFORMED'] as const)('is bad when the manifest says otherwise: %s', async (code) => {
    const refuted = () => Promise.reject(new FeedError(code, 'Another root.'))
    expect(await look(ROOT, refuted)).toMatchObject({ status: 'bad', value: code, evidence: 'Another root.' })
  })

  it('is unknown when nobody gives the manifest, or time is over', async () => {
    const silent = () => Promise.reject(new FeedError('FEED_UNAVAILABLE', 'Nobody has it.'))
    expect(await look(ROOT, silent)).toMatchObject({ status: 'unknown' })
    const late = () => Promise.reject(new DOMException('Too late.', 'TimeoutError'))
    expect(await look(ROOT, late)).toMatchObject({ status: 'unknown' })
  })
})
