const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that is HTML already. Only `html` makes it, so nothing gets into a mail unescaped by oversight. */
export class Markup {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

type Part = string | Markup | readonly Markup[] | undefined

/** Template tag: strings are escaped, markup is not, lists are joined, `undefined` is nothing. */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(String.raw({ raw: template }, ...parts.map(render)))
}

function render(part: Part): string {
  if (typeof part === 'string') return escape(part)
  return part instanceof Markup ? part.toString() : (part ?? []).join('')
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '').replaceAll(/[^\P{Cc}\n\t]/gu, '')
}
