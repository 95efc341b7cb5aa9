import { describeError } from '../../text/thrown.ts'
import type { Problem } from '../scalar.ts'
import { Media, type MediaContent, type MediaOptions } from './media.ts'
import { whatIs } from './source.ts'
import { textContent } from './text-content.ts'

/** A chart of Apache ECharts. Source: `swanlab.ECharts`, which takes charts of pyecharts. */
export class ECharts extends Media {
  readonly kind = 'echarts'
  readonly #option: object

  /** @param option - What `setOption` of ECharts takes: plain data, since functions cannot be kept. */
  constructor(option: object, options?: MediaOptions) {
    super(options)
    this.#option = option
  }

  /** @internal */
  override _content(): MediaContent | Problem {
    const option: unknown = this.#option
    if (typeof option !== 'object' || option === null) return { problem: whatIs(option) }
    try {
      return textContent(JSON.stringify(option), 'json')
    } catch (error) {
      return { problem: `an option that is no JSON (${describeError(error)})` }
    }
  }
}
