import type { Problem } from '../scalar.ts'
import { Media, type MediaContent, type MediaOptions } from './media.ts'
import { textContent } from './text-content.ts'

/** A text, such as what a language model answered. Source: `swanlab.Text`. */
export class Text extends Media {
  readonly kind = 'text'
  readonly #text: unknown

  /** @param text - Numbers and booleans are written out. */
  constructor(text: string | number | boolean | bigint, options?: MediaOptions) {
    super(options)
    this.#text = text
  }

  /** @internal */
  override _content(): MediaContent | Problem {
    return textContent(this.#text, 'txt')
  }
}
