// Two first runs at once (two terminals, or a test beside a demonstration) must not install into one folder at the same time.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Whoever installs, builds or has Hardhat build holds it. */
export const PREPARE_LOCK = join(dirname(fileURLToPath(import.meta.url)), '..', '.cache', 'prepare.lock')
const LOOK_EVERY_MS = 250

/** Runs the work while no other process does. The lock of a process that is gone is taken over. */
export async function withLock(file, work) {
  await take(file)
  // Whatever ends this process, also in the middle of the work, lets go.
  const release = () => rmSync(file, { force: true })
  process.on('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

async function take(file) {
  mkdirSync(dirname(file), { recursive: true })
  for (let told = false; !tryTake(file); ) {
    const holder = holderOf(file)
    if (holder === undefined) continue
    if (!isAlive(holder)) rmSync(file, { force: true })
    else if (!told) {
      process.stderr.write(`Waiting for another run that installs or builds (process ${holder}) …\n`)
      told = true
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

function tryTake(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** The process that holds the lock; `undefined` when it let go meanwhile, 0 when it has not yet written who it is. */
function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function isAlive(pid) {
  if (pid === 0) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
