import { expect } from 'vitest'

/** Anything with a number of its own in its file. */
export interface Numbered {
  readonly tcId: number
}

/** Who computes: one of our two backends, or one of the two AES-GCMs. */
export type Computer = string

interface Entry {
  readonly file: string
  readonly computer: Computer
  readonly what: string
  readonly ran: boolean
  readonly cases: ReadonlySet<number>
}

/**
 * Which cases of which published file ran on which implementation, and which did not and why, so that none is skipped
 * silently: {@link check} wants each case of each file in exactly one of the two, for every implementation.
 */
export class Ledger {
  readonly #files = new Map<string, { readonly all: ReadonlySet<number>; readonly computers: readonly Computer[] }>()
  readonly #entries: Entry[] = []

  /** Opens the account of a file. */
  open(file: string, { cases, computers }: { cases: readonly Numbered[]; computers: readonly Computer[] }): Account {
    this.#files.set(file, { all: numbers(cases), computers })
    const enter = (computer: Computer, what: string, ran: boolean, of: readonly Numbered[]) => {
      this.#entries.push({ file, computer, what, ran, cases: numbers(of) })
    }
    return {
      ran: (computer, how, of) => enter(computer, how, true, of),
      leftOut: (computer, why, of) => enter(computer, why, false, of),
    }
  }

  check(): void {
    for (const [file, { all, computers }] of this.#files) {
      for (const computer of computers) {
        const entries = this.#entries.filter((entry) => entry.file === file && entry.computer === computer)
        const ran = union(entries.filter((entry) => entry.ran))
        const leftOut = union(entries.filter((entry) => !entry.ran))
        const both = [...ran].filter((one) => leftOut.has(one))
        const found = { file, computer, both, cases: new Set([...ran, ...leftOut]) }
        expect(found).toEqual({ file, computer, both: [], cases: all })
      }
    }
  }

  /** One line for each file, implementation and way of checking. */
  table(): string {
    const rows = this.#entries
      .filter(({ cases }) => cases.size > 0)
      .map(({ file, computer, what, ran, cases }) => {
        const of = `${cases.size} of ${this.#files.get(file)!.all.size}`
        return [file, computer, ran ? of : `(${of})`, ran ? what : `not run: ${what}`]
      })
      .sort((a, b) => (a.slice(0, 2).join() < b.slice(0, 2).join() ? -1 : 1))
    const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => row[at]!.length)))
    return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')).join('\n')
  }
}

/** The account of one file. */
export interface Account {
  ran(computer: Computer, how: string, cases: readonly Numbered[]): void
  leftOut(computer: Computer, why: string, cases: readonly Numbered[]): void
}

function numbers(cases: readonly Numbered[]): ReadonlySet<number> {
  return new Set(cases.map(({ tcId }) => tcId))
}

function union(entries: readonly Entry[]): Set<number> {
  return new Set(entries.flatMap(({ cases }) => [...cases]))
}
