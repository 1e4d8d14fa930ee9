import type { CID } from 'multiformats/cid'
import { LinkStack } from '../car/link-stack.ts'

const FIRST_FILES = 1024

/** Files to draw from at random, each by its weight; some 40 bytes a file, since a hostile release may list very many. */
export class FileDraw {
  readonly #files = new LinkStack()
  /** Sum of the weights up to and with each file. */
  #sums = new Float64Array(FIRST_FILES)

  get size(): number {
    return this.#files.length
  }

  add(cid: CID, weight: number): void {
    const index = this.#files.length
    if (index === this.#sums.length) {
      const larger = new Float64Array(index * 2)
      larger.set(this.#sums)
      this.#sums = larger
    }
    this.#sums[index] = (index === 0 ? 0 : this.#sums[index - 1]!) + weight
    this.#files.push(cid)
  }

  /** One of the files; `at` is uniform in [0, 1). There has to be one. */
  draw(at: number): CID {
    const last = this.size - 1
    const wanted = at * this.#sums[last]!
    let [low, high] = [0, last]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#sums[middle]! > wanted) high = middle
      else low = middle + 1
    }
    return this.#files.peek(low)
  }
}
