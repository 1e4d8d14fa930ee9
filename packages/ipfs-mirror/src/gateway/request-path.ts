import { Refusal } from './reply.ts'

/**
 * Names of a request's path, percent-decoded once; none for `/`. An empty name (`a//b`) stays one: no file has it.
 *
 * @throws Refusal 400 `PATH_INVALID` for broken escapes, NUL bytes, `.` and `..`, and names that hide a slash.
 */
export function parsePath(path: string): string[] {
  const inner = path.replace(/^\//, '').replace(/\/$/, '')
  if (inner === '') return []
  return inner.split('/').map((part) => {
    const name = decodeName(part)
    if (name === undefined || name === '.' || name === '..' || /[/\0]/.test(name)) {
      throw new Refusal(400, 'PATH_INVALID', 'The path cannot be read; use plain names joined by "/".')
    }
    return name
  })
}

function decodeName(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
