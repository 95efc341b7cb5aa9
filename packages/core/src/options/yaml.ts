import type { CST, Document, Parser, YAMLError } from 'yaml'
import { DEEPEST, ParseFailure, type Parsed } from './parsed.ts'
import { measure, type Yaml } from './yaml-extent.ts'

/**
 * Parses one YAML 1.2 document with merge keys. Its values are those of JSON, `NaN` and infinities.
 *
 * @throws {ParseFailure} With the place of the first error.
 */
export async function parseYaml(text: string): Promise<Parsed> {
  const yaml = await import('yaml')
  const composer = new yaml.Composer({
    schema: 'core',
    merge: true,
    resolveKnownTags: false,
    stringKeys: true,
    // It compares every key with every other. `measure` looks for duplicates instead.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const tokens = shallowTokens(new yaml.Lexer().lex(text), new yaml.Parser())
  const [document, second] = composer.compose(tokens, true, text.length)
  if (!document) throw new ParseFailure('the file is empty')
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem) throw new ParseFailure(reasonOf(problem), problem.pos[0])
  if (second) throw new ParseFailure('a second document starts; one is allowed', second.range[0])
  measure(yaml, document.contents)
  // Aliases need no bound of the parser's own any more.
  const data: unknown = document.toJS({ maxAliasCount: -1 })
  return { data, offsetOf: (path) => offsetOf(yaml, document, path) }
}

/**
 * The parser's tokens, given up once they nest too deeply. The parser itself would go on until it breaks V8 in a way
 * that nothing can catch.
 */
function* shallowTokens(lexemes: Iterable<string>, parser: Parser): Generator<CST.Token, void> {
  for (const lexeme of lexemes) {
    yield* parser.next(lexeme)
    // Beside the collections, the stack holds the document and a scalar.
    if (parser.stack.length > DEEPEST + 2) {
      throw new ParseFailure(`nested more than ${DEEPEST} levels deep`, parser.offset)
    }
  }
  yield* parser.end()
}

function offsetOf(yaml: Yaml, document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  const node = document.getIn(path, true)
  return yaml.isNode(node) ? node.range?.[0] : undefined
}

/** What the parser says, without what it quotes: `password: !x1` is a tag to YAML and a secret to its author. */
function reasonOf({ message, code }: YAMLError): string {
  if (code === 'TAG_RESOLVE_FAILED') return 'this tag cannot be used; text that starts with "!" needs quotes'
  if (code === 'BAD_DIRECTIVE') return 'this directive cannot be used'
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/(?<=\S): .*/su, '')
}
