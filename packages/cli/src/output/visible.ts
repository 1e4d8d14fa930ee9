const ESCAPE = String.fromCharCode(0x1b)
/** A colour or its end (ECMA-48 SGR), or any control character but a line feed. */
const CONTROL = new RegExp(`${ESCAPE}\\[[\\d;]*m|(?!\\n)\\p{Cc}`, 'gu')

/**
 * A line as it may go to a terminal: file names, headers and answers of strangers can hold control characters that would move the
 * cursor or forge lines. Colours stay.
 */
export function visible(line: string): string {
  return line.replace(CONTROL, (found) => (found.length > 1 ? found : escaped(found)))
}

/** The same for a name inside a line: neither colours nor line feeds. */
export function visibleName(name: string): string {
  return name.replace(/\p{Cc}/gu, escaped)
}

function escaped(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}
