import { childrenOf, type Node, spanOf } from './syntax-tree.ts'

/** One small change of the source that a test should notice. */
export interface Mutant {
  readonly file: string
  readonly line: number
  /** The function it is in. */
  readonly where: string
  /** Its line. */
  readonly code: string
  /** What is changed, before → after. */
  readonly what: string
  /** The whole file, changed. */
  readonly source: string
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
  /** What is written in the report, when that is not the text. */
  readonly label?: string
}

/** What each operator is mistaken for. */
const SWAPPED: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '==': '!=',
  '!=': '==',
  '&&': '||',
  '||': '&&',
  '+': '-',
  '-': '+',
  '%': '/',
  '&': '|',
  '|': '&',
  '<<': '>>',
  '>>': '<<',
  '+=': '-=',
  '|=': '&=',
  '&=': '|=',
  '++': '--',
  '--': '++',
}

/** Statements that are replaced with one that does nothing. */
const DROPPED = ['ExpressionStatement', 'EmitStatement', 'RevertStatement']

/** Every mutant of one source file: flipped operators and conditions, dropped statements, numbers off by one. */
export function mutantsOf(file: string, { source, ast }: { source: string; ast: unknown }): Mutant[] {
  const bytes = Buffer.from(source)
  const text = (start: number, end: number) => bytes.subarray(start, end).toString()
  const mutants: Mutant[] = []

  function visit(node: Node, where: string): void {
    const inside = node.nodeType === 'FunctionDefinition' ? String(node.name || node.kind) : where
    for (const { start, end, text: replacement, label = replacement.trim() } of editsOf(node, text)) {
      const changed = Buffer.concat([bytes.subarray(0, start), Buffer.from(replacement), bytes.subarray(end)])
      const what = `${text(start, end).replaceAll(/\s+/g, ' ').trim()} → ${label}`
      const line = text(0, start).split('\n').length
      const code = source.split('\n')[line - 1]!.trim()
      mutants.push({ file, line, where: inside, code, what, source: changed.toString() })
    }
    for (const child of childrenOf(node)) visit(child, inside)
  }
  visit(ast as Node, '')
  return mutants
}

function editsOf(node: Node, text: (start: number, end: number) => string): Edit[] {
  const { start, end } = spanOf(node)
  switch (node.nodeType) {
    case 'BinaryOperation':
      return swapBetween(node.leftExpression as Node, node.rightExpression as Node, text)
    case 'Assignment': {
      const operator = swapBetween(node.leftHandSide as Node, node.rightHandSide as Node, text)
      return node.operator === '=' ? [] : operator
    }
    case 'UnaryOperation': {
      const operator = node.operator as string
      const inner = spanOf(node.subExpression as Node)
      if (operator === '!' || operator === '~') return [{ start, end, text: text(inner.start, inner.end) }]
      return [{ start, end, text: text(start, end).replace(operator, SWAPPED[operator]!) }]
    }
    case 'IfStatement': {
      const condition = spanOf(node.condition as Node)
      // Never doing a single statement is dropping it, which is a mutant already.
      const values =
        DROPPED.includes((node.trueBody as Node).nodeType) && !node.falseBody ? ['true'] : ['true', 'false']
      return values.map((value) => ({ ...condition, text: value }))
    }
    case 'Conditional': {
      const [yes, no] = [spanOf(node.trueExpression as Node), spanOf(node.falseExpression as Node)]
      const between = text(yes.end, no.start)
      return [{ start: yes.start, end: no.end, text: text(no.start, no.end) + between + text(yes.start, yes.end) }]
    }
    case 'Literal':
      if (node.kind === 'bool') return [{ start, end, text: node.value === 'true' ? 'false' : 'true' }]
      return node.kind === 'number' ? [{ start, end, text: `(${text(start, end)} + 1)` }] : []
    default:
      return DROPPED.includes(node.nodeType) ? [{ start, end, text: 'true', label: 'nothing' }] : []
  }
}

/** The operator between two expressions, exchanged. */
function swapBetween(left: Node, right: Node, text: (start: number, end: number) => string): Edit[] {
  const [start, end] = [spanOf(left).end, spanOf(right).start]
  const between = text(start, end)
  const operator = between.replaceAll(/[()\s]/g, '')
  const swapped = SWAPPED[operator]
  return swapped === undefined ? [] : [{ start, end, text: between.replace(operator, swapped) }]
}
