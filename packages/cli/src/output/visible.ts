const ESCAPE = String.fromCharCode(0x1b)
/** A colour or its end (ECMA-48 SGR), or any character that moves, turns or breaks text, but a line feed. */
const CONTROL = new RegExp(`${ESCAPE}\\[[\\d;]*m|(?!\\n)[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]`, 'gu')

/**
 * A line as it may go to a terminal: file names, headers and answers of strangers can hold control characters that would move the
 * cursor or forge lines. Colours stay.
 */
export function visible(line: string): string {
  return line.replace(CONTROL, (found) => (found.startsWith(ESCAPE) && found.length > 1 ? found : escaped(found)))
}

/** The same for a name inside a line: neither colours nor line feeds. */
export function visibleName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped)
}

/** The same for a text of several lines, which another program wrote: no colours. */
export function visibleText(text: string): string {
  return text.split('\n').map(visibleName).join('\n')
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!.toString(16)
  return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, '0')}`
}
