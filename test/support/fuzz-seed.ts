import fc from 'fast-check'

/**
 * The seed of all tests with random inputs: the same ones every time, so that what was red is red again and nothing is red by
 * chance. `FUZZ_SEED=random` hunts with new ones; a failure prints its seed, and `FUZZ_SEED=<number>` repeats it.
 */
const { FUZZ_SEED = '1' } = process.env
fc.configureGlobal({ seed: FUZZ_SEED === 'random' ? Date.now() % 2 ** 31 : wholeNumber(FUZZ_SEED) })

function wholeNumber(text: string): number {
  if (/^-?\d{1,10}$/.test(text)) return Number(text)
  throw new Error(`FUZZ_SEED is "random" or a whole number, not "${text}".`)
}
