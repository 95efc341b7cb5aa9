import type { Problem } from '../scalar.ts'
import { Media, type MediaContent, type MediaOptions } from './media.ts'
import { textContent } from './text-content.ts'

/** HTML, shown in a frame of its own. Source: `swanlab.Html`, whose argument may also be a path. */
export class Html extends Media {
  readonly kind = 'html'
  readonly #html: unknown

  /** @param html - The text itself; for a file, what `readFileSync` answers. */
  constructor(html: string | Uint8Array, options?: MediaOptions) {
    super(options)
    this.#html = html
  }

  /** @internal */
  override _content(): MediaContent | Problem {
    return textContent(this.#html instanceof Uint8Array ? Buffer.from(this.#html).toString() : this.#html, 'html')
  }
}
