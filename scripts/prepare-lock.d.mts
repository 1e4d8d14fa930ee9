/** Whoever installs, builds or has Hardhat build holds it. */
export const PREPARE_LOCK: string
/** Runs the work while no other process does. The lock of a process that is gone is taken over. */
export function withLock<T>(file: string, work: () => Promise<T>): Promise<T>
