import type { Problem } from '../scalar.ts'
import { fileContent } from './file-content.ts'
import { Media, type MediaContent, type MediaOptions } from './media.ts'
import { MAX_BYTES, whatIs, type MediaSource } from './source.ts'
import { textContent } from './text-content.ts'

/** A point in space, and its colour as red, green and blue from 0 to 255. Without a colour it is green. */
export type Point = readonly [x: number, y: number, z: number, r?: number, g?: number, b?: number]

/** A box around points. */
export interface Box {
  /** All eight. */
  readonly corners: readonly (readonly [x: number, y: number, z: number])[]
  /** From 0 to 255. Default: green. */
  readonly color?: readonly [r: number, g: number, b: number]
  /** What is in it, such as a class. */
  readonly label?: string
  /** How sure that is. */
  readonly score?: number
}

/** Points, and boxes among them. */
export interface PointCloud {
  readonly points: readonly Point[]
  readonly boxes?: readonly Box[]
}

const GREEN = [0, 255, 0] as const
/** Version of SwanLab's format for points. */
const VERSION = '0.1'
const CORNERS = 8
/** None is shorter than `[0,0,0,0,0,0],`. */
const MAX_POINTS = Math.floor(MAX_BYTES / 14)

/** A model as binary glTF, or a cloud of points. Source: `swanlab.Object3D`. */
export class Object3D extends Media {
  readonly kind = 'object3d'
  readonly #source: MediaSource | PointCloud

  /** @param source - Path, `file:` URL or bytes of a GLB file; or points. */
  constructor(source: MediaSource | PointCloud, options?: MediaOptions) {
    super(options)
    this.#source = source
  }

  /** @internal */
  override _content(): MediaContent | Problem {
    const source: unknown = this.#source
    return typeof source === 'object' && source !== null && 'points' in source
      ? pointContent(source as PointCloud)
      : fileContent(source, ['glb'])
  }
}

function pointContent({ points, boxes = [] }: PointCloud): MediaContent | Problem {
  if (!Array.isArray(points)) return { problem: `points that are ${whatIs(points)}` }
  if (points.length > MAX_POINTS) return { problem: `${points.length} points, more than ${MAX_POINTS}` }
  if (!all(points, isPoint)) return { problem: 'points that are not 3 or 6 numbers each' }
  if (!Array.isArray(boxes) || !all(boxes, isBox)) return { problem: `boxes without ${CORNERS} corners each` }
  const text = JSON.stringify({
    version: VERSION,
    points: points.map((point: Point) => (point.length === 3 ? [...point, ...GREEN] : point)),
    boxes: boxes.map(({ corners, color = GREEN, label, score }: Box) => ({ color, corners, label, score })),
  })
  return textContent(text, 'swanlab.pts.json')
}

function isPoint(point: unknown): boolean {
  return Array.isArray(point) && (point.length === 3 || point.length === 6) && all(point, Number.isFinite)
}

function isBox(box: Partial<Box> | null | undefined): boolean {
  const corners: unknown = box?.corners
  return Array.isArray(corners) && corners.length === CORNERS && all(corners, isCorner)
}

function isCorner(corner: unknown): boolean {
  return Array.isArray(corner) && corner.length === 3 && all(corner, Number.isFinite)
}

/** As `every`, which passes over what is missing from a list, and looks for it to the end. */
function all<T>(list: readonly T[], holds: (item: T | undefined) => boolean): boolean {
  for (let at = 0; at < list.length; at++) if (!holds(list[at])) return false
  return true
}
