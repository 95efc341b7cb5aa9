/** A fenced piece of code on a page. */
export interface Block {
  /** Path from the root of the repository. */
  readonly page: string
  /** Of its first line of code, from 1. */
  readonly line: number
  readonly language: 'ts' | 'js' | 'sh'
  readonly code: string
  /** The name that the sentence before it gives the file: "Save it as `train.mjs`:". */
  readonly file: string | undefined
  readonly mark: Mark
}

/**
 * What the comment before a block says of it: `<!-- docs: not run, it needs an account -->`. Without one it is run.
 *
 * - `not run`, with the reason: TypeScript is type-checked all the same.
 * - `in the clone`: runs at the root of the repository, where nothing is installed from a registry.
 * - `keeps running`: goes on while the later blocks of the page run; what it exports, they have.
 */
export interface Mark {
  readonly kind: 'runs' | 'not run' | 'in the clone' | 'keeps running'
  readonly reason: string | undefined
}

const RUNS: readonly string[] = ['ts', 'js', 'sh']
/** Data, output, and other people's languages. */
const SHOWN: readonly string[] = ['text', 'mermaid', 'csv', 'jsonl', 'damaged', 'python']
const FENCE = /^(?<indent> *)```(?<language>.*)\n(?<code>[\s\S]*?)^\k<indent>```$/gm
const MARK = /<!-- docs: (?<kind>not run|in the clone|keeps running)(?:, (?<reason>.+))? -->\n\n?$/
const FILE = /\bas `(?<file>[\w.-]+\.[cm]?[jt]s)`:\n\n$/

/** @throws Error that names the place, for whatever the test would pass over silently. */
export function blocksOf(page: string, text: string): Block[] {
  const blocks: Block[] = []
  for (const { index, 0: whole, groups = {} } of text.matchAll(FENCE)) {
    const { language = '', code = '' } = groups
    const before = text.slice(0, index)
    const line = before.split('\n').length + 1
    if (SHOWN.includes(language)) continue
    if (!RUNS.includes(language)) throw new Error(`${page}:${line}: a block of the language "${language}"`)
    if (whole.startsWith(' ')) throw new Error(`${page}:${line}: an indented block cannot be copied as it is`)
    const mark = markOf(before)
    if (mark.kind === 'not run' && !mark.reason) throw new Error(`${page}:${line}: not run, and it does not say why`)
    const file = FILE.exec(before.replace(MARK, ''))?.groups?.['file']
    blocks.push({ page, line, language: language as Block['language'], code, file, mark })
  }
  const marks = text.split('<!-- docs:').length - 1
  const known = blocks.filter(({ mark }) => mark.kind !== 'runs').length
  if (marks !== known) throw new Error(`${page}: ${marks} marks, of which ${known} belong to a block`)
  const bare = /(?:^|\n)\n {4}\S.*/.exec(text.replaceAll(FENCE, ''))
  if (bare) throw new Error(`${page}: code without a fence: ${bare[0].trim()}`)
  return blocks
}

function markOf(before: string): Mark {
  const { kind, reason } = MARK.exec(before)?.groups ?? {}
  return { kind: (kind as Mark['kind'] | undefined) ?? 'runs', reason }
}
