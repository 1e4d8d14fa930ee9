import { expect, it } from 'vitest'
import { ether, gwei } from './amount.ts'

it.each([
  [0n, '0 ETH'],
  [1n, '0.000000000000000001 ETH'],
  [111_364_309_251_240n, '0.000111 ETH'],
  [10n ** 19n, '10 ETH'],
  [12_345n * 10n ** 18n, '12345 ETH'],
  [1_500_000_000_000_000_000n, '1.5 ETH'],
])('shows %s wei as %s', (amount, shown) => {
  expect(ether(amount)).toBe(shown)
})

it.each([
  [1_308_124_865n, '1.31 gwei'],
  [35_000_000_000n, '35 gwei'],
  [7n, '0.000000007 gwei'],
])('shows a price of %s wei as %s', (price, shown) => {
  expect(gwei(price)).toBe(shown)
})
