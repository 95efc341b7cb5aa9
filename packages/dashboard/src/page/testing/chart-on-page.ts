import type { Locator, Page } from 'playwright-core'

/** One chart of a page, as somebody sees it. */
export class ChartOnPage {
  readonly #page: Page
  readonly figure: Locator

  constructor(page: Page, key: string) {
    this.#page = page
    this.figure = page.locator(`figure[data-key="${key}"]`).first()
  }

  /** Waits until something is drawn. */
  async drawn(): Promise<this> {
    await this.figure.locator('canvas').waitFor()
    await this.#page.waitForFunction(
      (figure) => {
        const canvas = figure?.querySelector('canvas')
        const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
        return pixels.some(
          (_, at) => at % 4 === 3 && pixels[at]! > 0 && Math.abs(pixels[at - 3]! - pixels[at - 1]!) > 40,
        )
      },
      await this.figure.elementHandle(),
    )
    return this
  }

  /**
   * How many pixels of a line there are in part of the chart.
   *
   * @param part - From 0 to 1, from the left and from the top of what is between the axes.
   */
  ink(part: {
    readonly left: number
    readonly right: number
    readonly top: number
    readonly bottom: number
  }): Promise<number> {
    return this.figure.evaluate((figure, { left, right, top, bottom }) => {
      const canvas = figure.querySelector('canvas')!
      const over = figure.querySelector<HTMLElement>('.u-over')!
      const ratio = canvas.width / canvas.clientWidth
      const x = Math.floor((over.offsetLeft + left * over.clientWidth) * ratio)
      const y = Math.floor((over.offsetTop + top * over.clientHeight) * ratio)
      const width = Math.max(1, Math.ceil((right - left) * over.clientWidth * ratio))
      const height = Math.max(1, Math.ceil((bottom - top) * over.clientHeight * ratio))
      const { data } = canvas.getContext('2d')!.getImageData(x, y, width, height)
      let ink = 0
      // Grid and text are grey.
      for (let at = 0; at < data.length; at += 4) if (Math.abs(data[at]! - data[at + 2]!) > 40) ink++
      return ink
    }, part)
  }

  /** Points at a place, and answers the rows of the tooltip. @param part - From 0 to 1. */
  async pointAt(part: number): Promise<string[][]> {
    const box = (await this.figure.locator('.u-over').boundingBox())!
    await this.#page.mouse.move(box.x + part * box.width, box.y + box.height / 2)
    await this.figure.locator('.tooltip').waitFor()
    return this.figure
      .locator('.tooltip tr')
      .evaluateAll((rows) =>
        rows.map((row) =>
          [...row.querySelectorAll('th, td')].map((cell) => cell.textContent).filter((text) => text !== ''),
        ),
      )
  }

  /** Drags from one place to another. @param from - From 0 to 1, as `to`. */
  async drag(from: number, to: number): Promise<void> {
    const box = (await this.figure.locator('.u-over').boundingBox())!
    const y = box.y + box.height / 2
    await this.#page.mouse.move(box.x + from * box.width, y)
    await this.#page.mouse.down()
    await this.#page.mouse.move(box.x + to * box.width, y, { steps: 4 })
    await this.#page.mouse.up()
  }
}
