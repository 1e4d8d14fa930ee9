import { expect, it } from 'vitest'
import { startServer } from '../../packages/sdk/src/http-server.test.support.ts'
import { chromiumAbsence, startChromium } from '../support/chromium.ts'

it.skipIf(chromiumAbsence())('runs a page of this machine, and no page can reach any other', async () => {
  await using server = await startServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<title>here</title>')
  })
  await using chromium = await startChromium()
  const page = await chromium.newPage()
  await page.goto(server.url)
  expect(await page.title()).toBe('here')
  expect(await page.evaluate('isSecureContext')).toBe(true)
  for (const url of ['http://example.com/', 'http://192.0.2.1/']) {
    const asked = page.evaluate((target) => fetch(target).then(String, () => 'unreachable'), url)
    expect(await asked).toBe('unreachable')
  }
})
