import type { Address } from '@domainsync/core'
import { Interface, id } from 'ethers'
import { readViews, type ViewOptions } from '../views/read-views.ts'

/** Who may attest names at a registry, as far as was asked. */
export interface Registrars {
  /** How many must sign. */
  readonly required: number
  /** Those of the candidates that are registrars, lower-case. */
  readonly known: readonly Address[]
}

const REGISTRAR_ROLE = id('REGISTRAR_ROLE')
const abi = new Interface([
  'function QUORUM() view returns (uint256)',
  'function hasRole(bytes32 role, address account) view returns (bool)',
])

/** Asks which of some addresses are registrars, and how many registrars must sign. @throws ChainError */
export async function readRegistrars(candidates: readonly Address[], options: ViewOptions): Promise<Registrars> {
  const views = [
    { abi, name: 'QUORUM', args: [] },
    ...candidates.map((candidate) => ({ abi, name: 'hasRole', args: [REGISTRAR_ROLE, candidate] })),
  ]
  const [quorum, ...roles] = await readViews(views, { ...options, what: `the registrars of ${options.registry}` })
  return { required: Number(quorum![0]), known: candidates.filter((_, index) => roles[index]![0] === true) }
}
