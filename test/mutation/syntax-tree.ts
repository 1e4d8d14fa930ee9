/** A node of solc's syntax tree; `src` is `start:length:file`, in bytes. */
export interface Node {
  readonly nodeType: string
  readonly src: string
  readonly [key: string]: unknown
}

/** Where a node stands in its file, in bytes. */
export function spanOf(node: Node): { start: number; end: number } {
  const [start, length] = node.src.split(':').map(Number) as [number, number]
  return { start, end: start + length }
}

export function childrenOf(node: Node): Node[] {
  return Object.entries(node)
    .filter(([key]) => key !== 'typeName' && key !== 'documentation')
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter((value): value is Node => typeof value === 'object' && value !== null && 'nodeType' in value)
}
