import uPlot from 'uplot'
import type { XAxis } from '../../protocol/series.ts'
import { language } from '../state/preferences.ts'
import { formatDuration, formatShort, locale } from '../text/format.ts'
import { paint, type Frame2D, type Painting } from './paint.ts'
import { SECONDS } from './scales.ts'

export interface PlotContent extends Painting {
  readonly axis: XAxis
  readonly x: readonly [from: number, to: number]
  readonly y: readonly [from: number, to: number]
  readonly log: boolean
}

export interface PlotListeners {
  /** @param x - Undefined: the pointer has left. */
  onPoint(x: number | undefined): void
  onZoom(from: number, to: number): void
  onReset(): void
}

const FONT = '11px system-ui, sans-serif'
/** Pixels that are kept for the numbers at the y axis, whatever they are: nothing moves when they change. */
const LEFT = 58
/** Characters that have room there. */
const LONGEST_TICK = 6
const DRAG = 4

/**
 * Axes, grid, cursor and dragging are uPlot's; lines are not. Those have their own x each, which uPlot's table of one x for
 * all series cannot hold, and gaps that it would draw through.
 */
export class Plot {
  readonly #host: HTMLElement
  readonly #listeners: PlotListeners
  #plot: uPlot | undefined
  #kind = ''
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
    const left = plot.valToPos(x, 'x')
    const inside = left >= 0 && left <= plot.over.clientWidth
    plot.setCursor({ left: inside ? left : -10, top: 0 }, false)
  }

  /** Pixels from the left edge of the host. */
  leftOf(x: number): number {
    return this.#plot ? LEFT + this.#plot.valToPos(x, 'x') : 0
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
    const content = this.#content!
    const kind = `${content.axis.kind} ${content.log} ${language.peek()}`
    if (this.#kind !== kind) {
      this.#plot?.destroy()
      this.#plot = undefined
      this.#kind = kind
    }
    const [from, to] = content.x
    // Two points without a value: uPlot only ever knows the ends of the axis.
    const data: uPlot.AlignedData = [
      [from, to],
      [null, null],
    ]
    if (this.#plot) this.#plot.setData(data)
    else this.#plot = new uPlot(this.#options(content), data, this.#host)
    this.point(this.#cursor)
  }

  #options({ axis, log }: PlotContent): uPlot.Options {
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
    return {
      width,
      height,
      ms: 1,
      padding: [8, 20, 0, 0],
      legend: { show: false },
      series: [{}, { scale: 'y', points: { show: false } }],
      scales: {
        x: { time: axis.kind === 'wall', range: () => [...this.#content!.x] as [number, number] },
        // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum's members are in uPlot's types alone
        y: { distr: log ? 3 : 1, range: () => [...this.#content!.y] as [number, number] },
      },
      axes: [
        {
          ...common,
          size: 24,
          gap: 4,
          space: axis.kind === 'step' || axis.kind === 'metric' ? 50 : 70,
          ...xTicks(axis),
        },
        {
          ...common,
          size: LEFT,
          gap: 6,
          space: (_plot, _axis, _min, _max, pixels) => Math.max(32, pixels / 12),
          values: (_, splits) => splits.map(tickText),
        },
      ],
      cursor: {
        x: true,
        y: false,
        points: { show: false },
        drag: { x: true, y: false, dist: DRAG, setScale: false },
        bind: {
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
              this.#listeners.onPoint(this.#plot?.posToVal(offsetX, 'x'))
            over.addEventListener('pointermove', point)
            over.addEventListener('pointerdown', point)
            over.addEventListener('pointerleave', () => this.#listeners.onPoint(undefined))
          },
        ],
        setSelect: [
          (plot) => {
            const { left, width: wide } = plot.select
            if (wide < DRAG) return
            this.#listeners.onZoom(plot.posToVal(left, 'x'), plot.posToVal(left + wide, 'x'))
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          },
        ],
      },
    }
  }

  #paint({ ctx, bbox }: uPlot): void {
    const { x, y, log } = this.#content!
    const at: Frame2D = { ...bbox, x, y, log, ratio: uPlot.pxRatio }
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

function xTicks(axis: XAxis): Partial<uPlot.Axis> {
  if (axis.kind === 'wall')
    return {
      values: (_, splits, _axis, _space, distance) =>
        splits.map((split) => timeText(Math.round(split / 1_000) * 1_000, distance)),
    }
  if (axis.kind === 'relative')
    return { incrs: SECONDS, values: (_, splits) => splits.map((split) => formatDuration(1_000 * split)) }
  return { values: (_, splits) => splits.map(formatShort) }
}

function timeText(milliseconds: number, distance: number): string {
  const options: Intl.DateTimeFormatOptions =
    distance >= 86_400_000
      ? { month: 'short', day: 'numeric' }
      : { hour: '2-digit', minute: '2-digit', ...(distance < 60_000 && { second: '2-digit' }) }
  const text = new Intl.DateTimeFormat(locale(), options).format(milliseconds)
  const midnight = new Date(milliseconds).getHours() === 0 && new Date(milliseconds).getMinutes() === 0
  return distance < 86_400_000 && midnight ? timeText(milliseconds, 86_400_000) : text
}
