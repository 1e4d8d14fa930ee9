import { Option } from 'commander'

export interface UnsignedOption {
  readonly unsigned?: boolean
}

/** For roles that a multisig wallet holds. */
export const UNSIGNED = new Option('--unsigned', 'send nothing: print the transaction as a file that a Safe imports')
