import { childrenOf, type Node, spanOf } from '../mutation/syntax-tree.ts'

/** One way that a condition can come out. */
export interface Branch {
  readonly file: string
  readonly line: number
  /** The condition. */
  readonly code: string
  readonly outcome: boolean
  /** What it reports when it is taken: 32 bytes as hex. */
  readonly tag: string
}

/** Reports what comes by, to the address that Hardhat's chain listens to when it measures coverage. */
export const BRANCH_HIT = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

library BranchHit {
    function came(bool outcome, uint256 tag) internal pure returns (bool) {
        _pure(_hit)(outcome ? tag + 1 : tag);
        return outcome;
    }

    function _hit(uint256 tag) private view {
        assembly ("memory-safe") {
            mstore(0, tag)
            pop(staticcall(gas(), 0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE, 0, 32, 0, 0))
        }
    }

    function _pure(function(uint256) internal view viewing)
        private
        pure
        returns (function(uint256) internal pure asPure)
    {
        assembly {
            asPure := viewing
        }
    }
}
`

/** Our tags, beside those that Hardhat makes itself. */
const FIRST_TAG = 0xb7an << 240n

interface Insertion {
  readonly at: number
  readonly text: string
}

/**
 * Wraps every condition of an `if`, `?:` or loop and every operand of `&&` and `||`, so that it reports how it came out. Lines stay
 * where they are.
 */
export function reportBranches(file: string, options: { source: string; ast: unknown; first: number }) {
  const { source, ast, first } = options
  const bytes = Buffer.from(source)
  const branches: Branch[] = []
  const conditions = conditionsOf(ast as Node)
  const insertions = conditions.flatMap((condition, i): Insertion[] => {
    const { start, end } = spanOf(condition)
    const tag = FIRST_TAG + 2n * BigInt(first + i)
    const code = bytes.subarray(start, end).toString().replaceAll(/\s+/g, ' ')
    const line = bytes.subarray(0, start).toString().split('\n').length
    for (const outcome of [false, true])
      branches.push({ file, line, code, outcome, tag: (tag + (outcome ? 1n : 0n)).toString(16).padStart(64, '0') })
    return [
      { at: start, text: 'BranchHit.came(' },
      { at: end, text: `, ${tag})` },
    ]
  })
  const path = `${'../'.repeat(file.split('/').length - 2) || './'}BranchHit.sol`
  return { branches, source: `${insert(bytes, insertions)}import {BranchHit} from "${path}";\n` }
}

/** Outer ones before those inside them. */
function conditionsOf(node: Node): Node[] {
  const own = node.nodeType.endsWith('Statement') || node.nodeType === 'Conditional' ? [node.condition as Node] : []
  const operands = ['&&', '||'].includes(node.operator as string) ? [node.leftExpression, node.rightExpression] : []
  const all = [...own, ...(operands as Node[])].filter((condition) => condition)
  return [...all, ...childrenOf(node).flatMap(conditionsOf)]
}

/** What begins at one place begins in order, what ends there ends in the opposite order. */
function insert(bytes: Buffer, insertions: readonly Insertion[]): string {
  const parts: string[] = []
  let from = 0
  for (const at of [...new Set(insertions.map((one) => one.at))].sort((a, b) => a - b)) {
    const here = insertions.filter((one) => one.at === at)
    const ends = here.filter(({ text }) => text.startsWith(',')).reverse()
    const begins = here.filter(({ text }) => !text.startsWith(','))
    parts.push(bytes.subarray(from, at).toString(), ...[...ends, ...begins].map(({ text }) => text))
    from = at
  }
  return parts.join('') + bytes.subarray(from).toString()
}
