import type { Problem } from '../scalar.ts'
import { fileContent } from './file-content.ts'
import { Media, type MediaContent, type MediaOptions } from './media.ts'
import { pixelsOf, type PixelSource } from './pixels.ts'
import { encodePng } from './png.ts'
import type { MediaSource } from './source.ts'

const FORMATS = ['png', 'jpg', 'gif', 'bmp', 'webp']

/**
 * A picture: a PNG, JPEG, GIF, BMP or WebP file, or pixels, which are kept as PNG. Source: `swanlab.Image`.
 *
 * @example
 * ```ts
 * import { Image } from 'swanlab/media'
 *
 * run.log({ sample: new Image('out/sample.png', { caption: 'after 3 epochs' }) })
 * const mask = { data: new Uint8Array(64 * 64), width: 64, height: 64 }
 * run.log({ masks: [new Image(mask, { caption: 'predicted' }), new Image('out/truth.png')] })
 * ```
 */
export class Image extends Media {
  readonly kind = 'image'
  readonly #source: MediaSource | PixelSource

  /**
   * @param source - Path, `file:` URL or bytes of a picture; or its pixels, see {@link PixelSource}.
   */
  constructor(source: MediaSource | PixelSource, options?: MediaOptions) {
    super(options)
    this.#source = source
  }

  /** @internal */
  override _content(): MediaContent | Problem {
    const pixels = pixelsOf(this.#source)
    if (pixels === undefined) return fileContent(this.#source, FORMATS)
    return 'problem' in pixels ? pixels : { bytes: encodePng(pixels), extension: 'png' }
  }
}
