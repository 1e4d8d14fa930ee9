import { expect, it } from 'vitest'
import { servedFaults } from './served-faults.ts'

it('folds pages that nobody answered for in the same way, and no others', () => {
  const unreachable = (subject: string) => ({
    code: 'SERVED_UNREACHABLE',
    subject,
    detail: `https://nosuch.example${subject} could not be read: getaddrinfo ENOTFOUND nosuch.example.`,
  })
  const other = (subject: string) => ({ code: 'SERVED_MISSING', subject, detail: `${subject} answers 404.` })
  expect(servedFaults([...['/', '/a.html', '/b/'].map(unreachable), other('/c'), other('/d')])).toEqual([
    'SERVED_UNREACHABLE /: https://nosuch.example/ could not be read: getaddrinfo ENOTFOUND nosuch.example. The same for 2 more.',
    'SERVED_MISSING /c: /c answers 404.',
    'SERVED_MISSING /d: /d answers 404.',
  ])
})
