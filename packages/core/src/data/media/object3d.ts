import type { Problem } from '../scalar.ts'
import { fileContent } from './file-media.ts'
import { Media, type MediaContent, type MediaOptions } from './media.ts'
import { MAX_BYTES, tooLarge, whatIs, type MediaSource } from './source.ts'

/** A point in space, and its colour as red, green and blue from 0 to 255. Without a colour it is green. */
export type Point = readonly [x: number, y: number, z: number, r?: number, g?: number, b?: number]

/** A box around points. */
export interface Box {
  readonly corners: readonly (readonly [x: number, y: number, z: number])[]
  readonly color?: readonly [r: number, g: number, b: number]
  readonly label?: string
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
  if (!points.every(isPoint)) return { problem: 'points that are not 3 or 6 numbers each' }
  if (!Array.isArray(boxes) || !boxes.every(isBox)) return { problem: `boxes without ${CORNERS} corners each` }
  const text = JSON.stringify({
    version: VERSION,
    points: points.map((point: Point) => (point.length === 3 ? [...point, ...GREEN] : point)),
    boxes: boxes.map(({ corners, color = GREEN, label, score }: Box) => ({ color, corners, label, score })),
  })
  const bytes = Buffer.from(text)
  return bytes.length > MAX_BYTES ? tooLarge(bytes.length) : { bytes, extension: 'swanlab.pts.json' }
}

function isPoint(point: unknown): boolean {
  return Array.isArray(point) && (point.length === 3 || point.length === 6) && point.every(Number.isFinite)
}

function isBox(box: Partial<Box> | null): boolean {
  return Array.isArray(box?.corners) && box.corners.length === CORNERS
}
