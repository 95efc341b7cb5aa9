import { shown } from '../key.ts'
import type { Problem } from '../scalar.ts'
import { fileContent } from './file-content.ts'
import { Media, type MediaContent, type MediaOptions } from './media.ts'
import type { MediaSource } from './source.ts'
import { encodeWav, isSamples, type Samples } from './wav.ts'

const FORMATS = ['wav', 'mp3', 'flac', 'ogg']
const DEFAULT_RATE = 44_100

export interface AudioOptions extends MediaOptions {
  /** Samples a second, when samples are given. Default: 44,100. */
  sampleRate?: number | undefined
}

/**
 * Sound: a WAV, MP3, FLAC or Ogg file, or samples, which are kept as WAV of 16 bits. Source: `swanlab.Audio`.
 *
 * @example
 * ```ts
 * import { Audio } from 'swanlab/media'
 *
 * const samples = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin(i / 6))
 * run.log({ voice: new Audio(samples, { sampleRate: 16_000, caption: 'hello' }) })
 * ```
 */
export class Audio extends Media {
  readonly kind = 'audio'
  readonly #source: MediaSource | Samples | readonly Samples[]
  readonly #rate: number

  /**
   * @param source - Path, `file:` URL or bytes of a sound file; or samples, from -1 to 1 (`Int16Array`: as they are),
   *   a list of them for several channels, at most 64.
   */
  constructor(source: MediaSource | Samples | readonly Samples[], options?: AudioOptions) {
    super(options)
    this.#source = source
    this.#rate = options?.sampleRate ?? DEFAULT_RATE
  }

  /** @internal */
  override _content(): MediaContent | Problem {
    const source = this.#source
    const channels: readonly unknown[] = Array.isArray(source) ? source : [source]
    if (!isSamples(channels[0])) return fileContent(source, FORMATS)
    if (!Number.isInteger(this.#rate) || this.#rate <= 0)
      return { problem: `a sample rate of ${shown(String(this.#rate))}` }
    const wav = encodeWav(channels, this.#rate)
    return 'problem' in wav ? wav : { bytes: wav, extension: 'wav' }
  }
}
