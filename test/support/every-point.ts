/** Kills at every point, each finished in every way, as CI does (`EVERY_POINT=1 npm test -- kill agents-at-once`); a sample otherwise. */
export const EVERY_POINT = process.env.EVERY_POINT !== undefined
