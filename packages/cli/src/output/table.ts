import { stripVTControlCharacters } from 'node:util'

/** Rows as aligned columns, two spaces apart; the first row is the head. Colour codes take no width. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))))
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd(),
  )
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length
}
