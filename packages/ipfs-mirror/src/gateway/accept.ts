/** One media range of an Accept header. */
export interface Accepted {
  /** Lower-case, `application/vnd.ipld.car`. */
  readonly type: string
  /** Names and values lower-case, without `q`. */
  readonly parameters: ReadonlyMap<string, string>
}

/** What an Accept header takes, the most wanted first (RFC 9110, 12.5.1). What has `q=0` is left out. */
export function readAccept(header = ''): Accepted[] {
  return header
    .split(',')
    .map((part) => {
      const [type = '', ...rest] = part.split(';').map((piece) => piece.trim().toLowerCase())
      const parameters = new Map(rest.map(readParameter))
      const quality = Number(parameters.get('q') ?? 1)
      parameters.delete('q')
      return { type, parameters, quality }
    })
    .filter(({ type, quality }) => type !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality)
}

function readParameter(text: string): [string, string] {
  const [name = '', value = ''] = text.split('=', 2).map((piece) => piece.trim())
  return [name, value.replace(/^"(.*)"$/, '$1')]
}
