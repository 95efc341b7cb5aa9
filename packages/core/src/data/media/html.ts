import { types } from 'node:util'
import type { Problem } from '../scalar.ts'
import { Media, type MediaContent, type MediaOptions } from './media.ts'
import { bytesOf } from './source.ts'
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
    if (!types.isUint8Array(this.#html)) return textContent(this.#html, 'html')
    const bytes = bytesOf(this.#html)
    return 'problem' in bytes ? bytes : { bytes, extension: 'html' }
  }
}
