/** `1 copy`, `3 copies`. */
export function copies(count: number): string {
  return count === 1 ? '1 copy' : `${count} copies`
}
