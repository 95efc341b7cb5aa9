import uPlot from 'uplot'
import type { XAxis } from '../../protocol/series.ts'
import { formatDuration, formatShort, isTime, locale } from '../text/format.ts'
import { paint, type Frame2D, type Painting } from './paint.ts'
import { placing, valueAt, type Scale } from './scale.ts'
import { ticksOf, timeTicks } from './ticks.ts'

export interface PlotContent extends Painting {
  readonly axis: XAxis
  readonly x: Scale
  readonly y: Scale
}

export interface PlotListeners {
  /** @param x - Undefined: the pointer has left. */
  onPoint(x: number | undefined): void
  onZoom(from: number, to: number): void
  onZoomY(from: number, to: number): void
  onReset(): void
  /** It can be touched now. @param over - What is between the axes. */
  onReady(over: HTMLElement): void
}

const FONT = '11px system-ui, sans-serif'
/** Pixels that are kept for the numbers at the y axis, whatever they are: nothing moves when they change. */
const LEFT = 58
const [TOP, RIGHT, BOTTOM] = [8, 20, 24]
/** Pixels between two numbers at an axis, two times, and two numbers above each other. */
const [APART, TIMES_APART, LINES_APART] = [50, 75, 34]
/** Numbers at the y axis, however high it is. */
const MOST_LINES = 12
/** Characters that have room there. */
const LONGEST_TICK = 6
const DRAG = 4
/** Two points without a value. */
const NOTHING: uPlot.AlignedData = [
  [0, 1],
  [null, null],
]

/**
 * Axes, grid, cursor and dragging are uPlot's; lines are not. Those have their own x each, which uPlot's table of one x for
 * all series cannot hold, and gaps that it would draw through. What it knows of both axes is that they go from 0 to 1: it
 * looks for ticks by adding up, which never ends where numbers are as far apart as at 2^53.
 */
export class Plot {
  readonly #host: HTMLElement
  readonly #listeners: PlotListeners
  #plot: uPlot | undefined
  #content: PlotContent | undefined
  #drawing = 0
  #cursor: number | undefined

  constructor(host: HTMLElement, listeners: PlotListeners) {
    this.#host = host
    this.#listeners = listeners
  }

  /** Draws at the next frame, however often it is called before that. */
  show(content: PlotContent): void {
    this.#content = content
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0
      this.#draw()
    })
  }

  resize(width: number, height: number): void {
    if (width > 0 && height > 0) this.#plot?.setSize({ width, height })
  }

  /** Shows where all charts are pointed at. */
  point(x: number | undefined): void {
    this.#cursor = x
    const plot = this.#plot
    if (!plot) return
    if (x === undefined) return plot.setCursor({ left: -10, top: -10 }, false)
    const place = this.#placeOf(x)
    const isInside = place >= 0 && place <= 1
    // Somebody may be dragging along y.
    const top = Math.max(0, plot.cursor.top ?? 0)
    plot.setCursor({ left: isInside ? place * plot.over.clientWidth : -10, top }, false)
  }

  /** Pixels from the left edge of the host. */
  leftOf(x: number): number {
    return this.#plot ? LEFT + this.#placeOf(x) * this.#plot.over.clientWidth : 0
  }

  /** Before the beginning of a logarithmic axis is at its beginning. */
  #placeOf(x: number): number {
    const place = placing(this.#content!.x)(x)
    return this.#content!.x.log ? Math.max(0, place) : place
  }

  /** What is on the canvas, with the axes. */
  get canvas(): HTMLCanvasElement | undefined {
    return this.#plot?.ctx.canvas
  }

  close(): void {
    cancelAnimationFrame(this.#drawing)
    this.#plot?.destroy()
    this.#plot = undefined
  }

  #draw(): void {
    // To uPlot nothing has changed: both axes go from 0 to 1.
    if (this.#plot) this.#plot.redraw(false, true)
    else this.#plot = new uPlot(this.#options(), NOTHING, this.#host)
    this.point(this.#cursor)
  }

  #options(): uPlot.Options {
    const { clientWidth: width, clientHeight: height } = this.#host
    const ink = (): string => getComputedStyle(this.#host).color
    const grid = (): string => getComputedStyle(this.#host).borderTopColor
    const common: uPlot.Axis = {
      stroke: ink,
      font: FONT,
      grid: { stroke: grid, width: 1 },
      ticks: { show: false },
      border: { show: false },
    }
    const whole = (): [number, number] => [0, 1]
    let ticks: Ticks = { values: [], texts: [] }
    const axis = (side: 'x' | 'y', size: number, gap: number): uPlot.Axis => ({
      ...common,
      size,
      gap,
      splits: ({ width: all, height: high }) => {
        const content = this.#content!
        ticks = side === 'x' ? xTicks(content, all - LEFT - RIGHT) : yTicks(content, high - BOTTOM - TOP)
        return ticks.values.map(placing(content[side]))
      },
      values: () => ticks.texts,
    })
    return {
      width,
      height,
      padding: [TOP, RIGHT, 0, 0],
      legend: { show: false },
      series: [{}, { scale: 'y', points: { show: false } }],
      scales: { x: { time: false, range: whole }, y: { range: whole } },
      axes: [axis('x', BOTTOM, 4), axis('y', LEFT, 6)],
      cursor: {
        x: true,
        y: false,
        points: { show: false },
        drag: { x: true, y: false, dist: DRAG, setScale: false },
        bind: {
          mousedown:
            ({ cursor }, _, start) =>
            (event) => {
              Object.assign(cursor.drag!, { x: !event.shiftKey, y: event.shiftKey })
              return start(event)
            },
          dblclick: () => () => {
            this.#listeners.onReset()
            return null
          },
        },
      },
      hooks: {
        draw: [(plot) => this.#paint(plot)],
        ready: [
          ({ over }) => {
            const point = ({ offsetX }: PointerEvent): void =>
              this.#listeners.onPoint(valueAt(this.#content!.x, offsetX / over.clientWidth))
            over.addEventListener('pointermove', point)
            over.addEventListener('pointerdown', point)
            over.addEventListener('pointerleave', () => this.#listeners.onPoint(undefined))
            this.#listeners.onReady(over)
          },
        ],
        setSelect: [(plot) => this.#select(plot)],
      },
    }
  }

  #select(plot: uPlot): void {
    const { left, width, top, height } = plot.select
    const { clientWidth, clientHeight } = plot.over
    const { x, y } = this.#content!
    if (plot.cursor.drag?.y && height >= DRAG)
      this.#listeners.onZoomY(valueAt(y, 1 - (top + height) / clientHeight), valueAt(y, 1 - top / clientHeight))
    else if (plot.cursor.drag?.x && width >= DRAG)
      this.#listeners.onZoom(valueAt(x, left / clientWidth), valueAt(x, (left + width) / clientWidth))
    else return
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  }

  #paint({ ctx, bbox }: uPlot): void {
    const { x, y } = this.#content!
    const at: Frame2D = { ...bbox, x, y, ratio: uPlot.pxRatio }
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top - at.ratio, bbox.width, bbox.height + 2 * at.ratio)
    ctx.clip()
    paint(ctx, at, this.#content!)
    ctx.restore()
  }
}

function tickText(value: number | null): string {
  if (value === null) return ''
  const text = formatShort(value)
  return text.length > LONGEST_TICK ? value.toExponential().replace('e+', 'e').replaceAll('-', '−') : text
}

interface Ticks {
  readonly values: number[]
  readonly texts: string[]
}

function yTicks({ y }: PlotContent, height: number): Ticks {
  const values = ticksOf(y, Math.max(2, Math.min(MOST_LINES, height / LINES_APART)))
  return { values, texts: values.map(tickText) }
}

function xTicks({ axis, x }: PlotContent, width: number): Ticks {
  const isTimes = axis.kind === 'wall' || axis.kind === 'relative'
  const most = Math.max(2, width / (isTimes ? TIMES_APART : APART))
  if (axis.kind === 'wall') {
    const midnight = isTime(x.from) ? new Date(x.from).setHours(0, 0, 0, 0) : 0
    const values = timeTicks(x, most, 1_000, midnight)
    const distance = values.length > 1 ? values[1]! - values[0]! : 0
    return { values, texts: values.map((value) => timeText(value, distance)) }
  }
  const values = isTimes && !x.log ? timeTicks(x, most, 1) : ticksOf(x, most)
  return { values, texts: values.map(isTimes ? (value) => formatDuration(1_000 * value) : formatShort) }
}

function timeText(milliseconds: number, distance: number): string {
  if (!isTime(milliseconds)) return formatShort(milliseconds)
  const options: Intl.DateTimeFormatOptions =
    distance >= 86_400_000
      ? { month: 'short', day: 'numeric' }
      : { hour: '2-digit', minute: '2-digit', ...(distance < 60_000 && { second: '2-digit' }) }
  const text = new Intl.DateTimeFormat(locale(), options).format(milliseconds)
  const midnight = new Date(milliseconds).getHours() === 0 && new Date(milliseconds).getMinutes() === 0
  return distance < 86_400_000 && midnight ? timeText(milliseconds, 86_400_000) : text
}
