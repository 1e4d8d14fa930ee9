import { formatUnits } from 'ethers'

/** Digits that count, in an amount for people. */
const DIGITS = 3

/** `0.000111 ETH`: an amount in wei, rounded to three digits that count. Whole in JSON. */
export function ether(amountWei: bigint): string {
  return `${rounded(formatUnits(amountWei, 'ether'))} ETH`
}

/** `1.31 gwei` */
export function gwei(amountWei: bigint): string {
  return `${rounded(formatUnits(amountWei, 'gwei'))} gwei`
}

function rounded(text: string): string {
  const value = Number(text)
  if (value === 0) return '0'
  const decimals = Math.max(0, DIGITS - 1 - Math.floor(Math.log10(value)))
  return value
    .toFixed(Math.min(decimals, 18))
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
}
