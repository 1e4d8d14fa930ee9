import { setTimeout } from 'node:timers/promises'

/** Waits for a condition, no longer than 20 s. */
export async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`It did not happen within 20 s: ${what}.`)
    await setTimeout(10)
  }
}
