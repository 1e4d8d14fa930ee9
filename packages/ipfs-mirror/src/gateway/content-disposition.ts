/** How a browser is to treat an answer, with a file name that nothing can break out of (RFC 6266, RFC 8187). */
export function contentDisposition(kind: 'attachment' | 'inline', filename?: string): string {
  if (filename === undefined) return kind
  const ascii = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_').slice(0, 255)
  if (ascii === filename) return `${kind}; filename="${ascii}"`
  const encoded = encodeURIComponent(filename.slice(0, 255).toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
