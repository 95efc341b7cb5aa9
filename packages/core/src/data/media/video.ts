import type { Problem } from '../scalar.ts'
import { fileContent } from './file-content.ts'
import { Media, type MediaContent, type MediaOptions } from './media.ts'
import type { MediaSource } from './source.ts'

const FORMATS = ['mp4', 'webm', 'gif']

/** Moving pictures: an MP4, WebM or GIF file. Source: `swanlab.Video`, which takes GIF only. */
export class Video extends Media {
  readonly kind = 'video'
  readonly #source: MediaSource

  /** @param source - Path, `file:` URL or bytes. */
  constructor(source: MediaSource, options?: MediaOptions) {
    super(options)
    this.#source = source
  }

  /** @internal */
  override _content(): MediaContent | Problem {
    return fileContent(this.#source, FORMATS)
  }
}
