import type { Place, Space } from './space.ts'

/** From where it is looked at. */
export interface Camera {
  /** Radians about the vertical axis, and up. */
  readonly turn: number
  readonly tilt: number
  readonly zoom: number
}

export const FIRST_CAMERA: Camera = { turn: 0.6, tilt: 0.4, zoom: 1 }
const STEEPEST = Math.PI / 2

export function turned({ turn, tilt, zoom }: Camera, by: number, up: number): Camera {
  return { turn: turn + by, tilt: Math.max(-STEEPEST, Math.min(STEEPEST, tilt + up)), zoom }
}

export function zoomed(camera: Camera, by: number): Camera {
  return { ...camera, zoom: Math.max(0.1, Math.min(100, camera.zoom * by)) }
}

/** Where a place is on the canvas, and how far in front. */
type Project = (x: number, y: number, z: number) => readonly [x: number, y: number, depth: number]

/** Draws everything anew. @param ratio - Pixels of the canvas to one of the page. */
export function paintSpace(pen: CanvasRenderingContext2D, space: Space, camera: Camera, ratio: number): void {
  const { width, height } = pen.canvas
  pen.clearRect(0, 0, width, height)
  const extent = extentOf(space.places)
  const scale = (0.45 * Math.min(width, height) * camera.zoom) / extent.radius
  const project = projection(extent.middle, camera, scale, [width / 2, height / 2])
  if (space.radii) {
    paintLines(pen, space, project, ratio)
    paintBalls(pen, space, project, scale)
  } else {
    paintPoints(pen, space, project, Math.max(2, Math.round(1.5 * ratio)))
    paintLines(pen, space, project, ratio)
  }
}

function projection(
  [mx, my, mz]: Place,
  { turn, tilt }: Camera,
  scale: number,
  [left, top]: readonly [number, number],
): Project {
  const [sin, cos, sinTilt, cosTilt] = [Math.sin(turn), Math.cos(turn), Math.sin(tilt), Math.cos(tilt)]
  return (x, y, z) => {
    const [dx, dy, dz] = [x - mx, y - my, z - mz]
    const [right, far] = [dx * cos + dz * sin, dz * cos - dx * sin]
    return [left + scale * right, top - scale * (dy * cosTilt - far * sinTilt), far * cosTilt + dy * sinTilt]
  }
}

/** Straight into pixels, the nearest in front: a million of them are drawn while they are turned. */
function paintPoints(pen: CanvasRenderingContext2D, { places, colors }: Space, project: Project, size: number): void {
  const { width, height } = pen.canvas
  const image = pen.createImageData(width, height)
  const pixels = new Uint32Array(image.data.buffer)
  const depths = new Float32Array(width * height).fill(-Infinity)
  for (let at = 0; at < places.length; at += 3) {
    const [x, y, depth] = project(places[at]!, places[at + 1]!, places[at + 2]!)
    const [left, top] = [Math.round(x), Math.round(y)]
    // Red is the lowest byte of a pixel.
    const color = (0xff_00_00_00 | (colors[at + 2]! << 16) | (colors[at + 1]! << 8) | colors[at]!) >>> 0
    for (let row = Math.max(0, top); row < Math.min(height, top + size); row++) {
      for (let column = Math.max(0, left); column < Math.min(width, left + size); column++) {
        const pixel = row * width + column
        if (depths[pixel]! > depth) continue
        depths[pixel] = depth
        pixels[pixel] = color
      }
    }
  }
  pen.putImageData(image, 0, 0)
}

function paintBalls(
  pen: CanvasRenderingContext2D,
  { places, colors, radii }: Space,
  project: Project,
  scale: number,
): void {
  const balls = Array.from(radii!, (radius, at) => {
    const [x, y, depth] = project(places[3 * at]!, places[3 * at + 1]!, places[3 * at + 2]!)
    return { x, y, depth, radius: Math.max(1, radius * scale), at }
  }).toSorted((a, b) => a.depth - b.depth)
  pen.strokeStyle = 'rgb(0 0 0 / 0.5)'
  pen.lineWidth = 1
  for (const { x, y, radius, at } of balls) {
    pen.fillStyle = `rgb(${colors[3 * at]!} ${colors[3 * at + 1]!} ${colors[3 * at + 2]!})`
    pen.beginPath()
    pen.arc(x, y, radius, 0, 2 * Math.PI)
    pen.fill()
    pen.stroke()
  }
}

function paintLines(pen: CanvasRenderingContext2D, { lines }: Space, project: Project, ratio: number): void {
  pen.lineWidth = 1.5 * ratio
  pen.font = `${11 * ratio}px system-ui, sans-serif`
  for (const { from, to, color, label } of lines) {
    const [[x, y], [toX, toY]] = [project(...from), project(...to)]
    pen.strokeStyle = color
    pen.beginPath()
    pen.moveTo(x, y)
    pen.lineTo(toX, toY)
    pen.stroke()
    if (label === undefined) continue
    pen.fillStyle = color
    pen.fillText(label, x + 4 * ratio, y - 4 * ratio)
  }
}

function extentOf(places: Float64Array): { readonly middle: Place; readonly radius: number } {
  const [low, high] = [
    [Infinity, Infinity, Infinity],
    [-Infinity, -Infinity, -Infinity],
  ]
  for (let at = 0; at < places.length; at++) {
    low[at % 3] = Math.min(low[at % 3]!, places[at]!)
    high[at % 3] = Math.max(high[at % 3]!, places[at]!)
  }
  const middle = low.map((value, at) => value / 2 + high[at]! / 2) as unknown as Place
  const radius = Math.hypot(...low.map((value, at) => high[at]! / 2 - value / 2))
  return { middle, radius: radius > 0 && Number.isFinite(radius) ? radius : 1 }
}
