import type { Stroke } from './colors.ts'
import type { DrawnLine } from './drawn-line.ts'
import type { Points } from './points.ts'
import { placing, type Scale } from './scale.ts'

/** Width of a line that goes up and down in every pixel: wider it would hide the others. */
const DENSE = 1

/** What lines are drawn with: a canvas, or what writes SVG. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'closePath'
  | 'stroke'
  | 'fill'
  | 'setLineDash'
  | 'strokeStyle'
  | 'fillStyle'
  | 'lineWidth'
  | 'globalAlpha'
  | 'lineJoin'
>

/** Where values lie, in pixels of the canvas. */
export interface Frame2D {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly x: Scale
  readonly y: Scale
  /** Pixels of the canvas to one of the page. */
  readonly ratio: number
}

/** A vertical mark: something happened there. */
export interface VerticalMark {
  readonly x: number
  readonly color: string
  readonly title: string
}

export interface Painting {
  readonly lines: readonly DrawnLine[]
  readonly strokeOf: (line: DrawnLine) => Stroke
  readonly verticals: readonly VerticalMark[]
  /** The run that is pointed at: its line is in front, and the others step back. */
  readonly highlighted?: string | undefined
}

interface Places extends Frame2D {
  readonly log: boolean
  readonly placeX: (x: number) => number
  readonly placeY: (y: number) => number
}

function placesIn(frame: Frame2D): Places {
  const { left, top, width, height } = frame
  const [x, y] = [placing(frame.x), placing(frame.y)]
  return {
    ...frame,
    log: frame.y.log,
    // Far outside, a canvas draws nothing at all instead of what would be in view. Steps of 0 are at the left edge of a logarithmic axis.
    placeX: (value) => left + Math.max(frame.x.log ? 0 : -1e3, Math.min(1e3, x(value))) * width,
    placeY: (value) => top + height - Math.max(-1e3, Math.min(1e3, y(value))) * height,
  }
}

/** Draws everything that is between the axes. */
export function paint(pen: Pen, frame: Frame2D, { lines, strokeOf, verticals, highlighted }: Painting): void {
  const at = placesIn(frame)
  pen.lineJoin = 'bevel'
  for (const { x, color } of verticals) {
    if (x < at.x.from || x > at.x.to) continue
    stroke(pen, { color, dash: [2, 3] }, { at, alpha: 0.5, width: 1 }, () => {
      pen.moveTo(at.placeX(x), at.top)
      pen.lineTo(at.placeX(x), at.top + at.height)
    })
  }
  const hasGroups = lines.some(({ group }) => group)
  const inFront = lines.filter(({ run }) => run === highlighted)
  const others = lines.filter((one) => !inFront.includes(one))
  for (const line of [...others.filter(({ group }) => !group), ...others.filter(({ group }) => group), ...inFront]) {
    const back = highlighted !== undefined && inFront.length > 0 && line.run !== highlighted
    paintLine(pen, at, line, strokeOf(line), { member: hasGroups && !line.group, back })
  }
}

function paintLine(
  pen: Pen,
  at: Places,
  line: DrawnLine,
  how: Stroke,
  { member, back }: { readonly member: boolean; readonly back: boolean },
): void {
  const alpha = back ? 0.3 : 1
  if (line.band) paintBand(pen, at, line, how.color, alpha)
  if (member) paintPath(pen, at, line.smooth ?? line.raw, how, 0.2 * alpha, 1)
  else {
    if (line.smooth) paintPath(pen, at, line.raw, { ...how, dash: [] }, 0.28 * alpha, 1)
    paintPath(pen, at, line.smooth ?? line.raw, how, alpha, widthOf(line))
  }
  paintMarks(pen, at, line.marks, how.color, alpha)
  paintBeyond(pen, at, member ? (line.smooth ?? line.raw) : line.raw, how.color, alpha)
}

function widthOf({ group, smooth, exact }: DrawnLine): number {
  if (group) return 2
  return smooth || exact ? 1.5 : DENSE
}

function paintPath(pen: Pen, at: Places, points: Points, how: Stroke, alpha: number, width: number): void {
  const { x, y, length } = points
  const size = 2 * at.ratio
  stroke(pen, how, { at, alpha, width }, () => {
    let connected = false
    for (let point = 0; point < length; point++) {
      const value = y[point]!
      // A logarithm is of what is positive: the rest has no place, and a line does not go there.
      if (Number.isNaN(value) || (at.log && value <= 0)) {
        connected = false
        continue
      }
      const [px, py] = [at.placeX(x[point]!), at.placeY(value)]
      if (connected) pen.lineTo(px, py)
      else {
        pen.moveTo(px, py)
        const next = y[point + 1]
        // A point between gaps would be a line without length.
        if (point + 1 >= length || next === undefined || Number.isNaN(next) || (at.log && next <= 0)) {
          pen.moveTo(px - size, py)
          pen.lineTo(px + size, py)
        }
        connected = true
      }
    }
  })
}

function paintBand(pen: Pen, at: Places, { raw: { x, length }, band }: DrawnLine, color: string, alpha: number): void {
  const { low, high } = band!
  const shown = (value: number): boolean => !Number.isNaN(value) && !(at.log && value <= 0)
  pen.fillStyle = color
  pen.globalAlpha = 0.16 * alpha
  for (let from = 0; from < length; from++) {
    if (!shown(high[from]!)) continue
    let to = from
    while (to + 1 < length && shown(high[to + 1]!)) to++
    pen.beginPath()
    pen.moveTo(at.placeX(x[from]!), at.placeY(high[from]!))
    for (let point = from + 1; point <= to; point++) pen.lineTo(at.placeX(x[point]!), at.placeY(high[point]!))
    for (let point = to; point >= from; point--)
      pen.lineTo(at.placeX(x[point]!), shown(low[point]!) ? at.placeY(low[point]!) : at.top + at.height)
    pen.closePath()
    pen.fill()
    from = to
  }
  pen.globalAlpha = 1
}

/** What has no place on the axis: a cross at its foot for NaN, an arrow at its head or foot for an infinity. */
function paintMarks(pen: Pen, at: Places, { x, y, length }: Points, color: string, alpha: number): void {
  if (length === 0) return
  const size = 3 * at.ratio
  stroke(pen, { color, dash: [] }, { at, alpha, width: 1.5 }, () => {
    let lastPixel = -1
    let lastKind = 0
    for (let point = 0; point < length; point++) {
      const [px, kind] = [at.placeX(x[point]!), y[point]!]
      if (px < at.left || px > at.left + at.width) continue
      // Marks that would lie on each other are one.
      if (kind === lastKind && px - lastPixel < size) continue
      ;[lastPixel, lastKind] = [px, kind]
      const edge = kind === 2 ? at.top + size + at.ratio : at.top + at.height - size - at.ratio
      if (kind === 1) {
        pen.moveTo(px - size, edge - size)
        pen.lineTo(px + size, edge + size)
        pen.moveTo(px + size, edge - size)
        pen.lineTo(px - size, edge + size)
      } else {
        const tip = kind === 2 ? -size : size
        pen.moveTo(px - size, edge)
        pen.lineTo(px, edge + tip)
        pen.lineTo(px + size, edge)
      }
    }
  })
}

/** Where a line goes beyond the axis: a wedge at that edge. */
function paintBeyond(pen: Pen, at: Places, { x, y, length }: Points, color: string, alpha: number): void {
  const size = 3.5 * at.ratio
  pen.fillStyle = color
  pen.globalAlpha = alpha
  const last = [-Infinity, -Infinity]
  for (let point = 0; point < length; point++) {
    const value = y[point]!
    const edge = value > at.y.to ? 1 : value < at.y.from ? 0 : -1
    if (edge < 0) continue
    const px = at.placeX(x[point]!)
    if (px < at.left || px > at.left + at.width || px - last[edge]! < 2 * size) continue
    last[edge] = px
    const [foot, tip] = edge === 1 ? [at.top + size, at.top] : [at.top + at.height - size, at.top + at.height]
    pen.beginPath()
    pen.moveTo(px - size, foot)
    pen.lineTo(px, tip)
    pen.lineTo(px + size, foot)
    pen.closePath()
    pen.fill()
  }
  pen.globalAlpha = 1
}

function stroke(
  pen: Pen,
  { color, dash }: Stroke,
  { at, alpha, width }: { readonly at: Places; readonly alpha: number; readonly width: number },
  path: () => void,
): void {
  pen.strokeStyle = color
  pen.globalAlpha = alpha
  pen.lineWidth = width * at.ratio
  pen.setLineDash(dash.map((length) => length * at.ratio))
  pen.beginPath()
  path()
  pen.stroke()
  pen.setLineDash([])
  pen.globalAlpha = 1
}
