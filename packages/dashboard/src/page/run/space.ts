/** Points in space, and lines between places. */
export interface Space {
  readonly of: 'points' | 'atoms'
  /** x, y and z of each. */
  readonly places: Float64Array
  /** Red, green and blue of each, from 0 to 255. */
  readonly colors: Uint8Array
  /** Radius of each, in the unit of the places; absent: as small as it can be seen. */
  readonly radii?: Float64Array | undefined
  /** Two places each. */
  readonly lines: readonly SpaceLine[]
}

export interface SpaceLine {
  readonly from: Place
  readonly to: Place
  readonly color: string
  readonly label?: string | undefined
}

export type Place = readonly [x: number, y: number, z: number]

/** Boxes that are drawn. */
const MOST_BOXES = 1_000
/** Atoms whose bonds are looked for. */
const MOST_BONDED = 20_000
/** Ångström between two atoms that are bound, and between hydrogen and another. */
const [BOND, SHORT_BOND] = [1.95, 1.3]

/** Edges between the corners of a floor, of a ceiling, and from one to the other, where the corners stand in turn. */
const IN_TURN = ['01', '12', '23', '30', '45', '56', '67', '74', '04', '15', '26', '37']
/** Likewise where each corner's number says on which sides it is. */
const BY_SIDES = ['01', '13', '32', '20', '45', '57', '76', '64', '04', '15', '26', '37']

/** Points in SwanLab's format; undefined: these are none. */
export function pointsIn(bytes: Uint8Array): Space | undefined {
  let file: { points?: unknown; boxes?: unknown }
  try {
    file = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as typeof file
  } catch {
    return undefined
  }
  const points = (Array.isArray(file?.points) ? file.points : []).filter(isNumbers)
  if (points.length === 0) return undefined
  const [places, colors] = [new Float64Array(3 * points.length), new Uint8Array(3 * points.length)]
  for (const [at, [x, y, z, r = 0, g = 255, b = 0]] of points.entries()) {
    places.set([x!, y!, z!], 3 * at)
    colors.set([r, g, b], 3 * at)
  }
  const boxes = Array.isArray(file.boxes) ? file.boxes.slice(0, MOST_BOXES) : []
  return { of: 'points', places, colors, lines: boxes.flatMap(edgesOf) }
}

function isNumbers(point: unknown): point is readonly number[] {
  return (
    Array.isArray(point) && point.length >= 3 && point.length <= 6 && point.every((value) => Number.isFinite(value))
  )
}

function edgesOf(box: unknown): SpaceLine[] {
  const { corners, color, label } = (box ?? {}) as { corners?: unknown; color?: unknown; label?: unknown }
  if (!Array.isArray(corners) || corners.length !== 8 || !corners.every(isNumbers)) return []
  const [r, g, b] = isNumbers(color) ? color : [0, 255, 0]
  const places = corners as unknown as readonly Place[]
  const lines = (edges: readonly string[]): SpaceLine[] =>
    edges.map((edge, at) => ({
      from: places[Number(edge[0])]!,
      to: places[Number(edge[1])]!,
      color: `rgb(${r} ${g} ${b})`,
      ...(at === 0 && typeof label === 'string' && { label: label.slice(0, 100) }),
    }))
  // What is no edge is a diagonal, and longer.
  const [inTurn, bySides] = [lines(IN_TURN), lines(BY_SIDES)]
  return lengthOf(inTurn) <= lengthOf(bySides) ? inTurn : bySides
}

function lengthOf(lines: readonly SpaceLine[]): number {
  return lines.reduce((sum, { from, to }) => sum + distance(from, to), 0)
}

function distance(a: Place, b: Place): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}

/** By element, as chemists colour them; radius in ångström. */
const ELEMENTS: Readonly<Record<string, readonly [color: number, radius: number]>> = {
  H: [0xd8_d8_d8, 0.25],
  C: [0x70_70_70, 0.4],
  N: [0x30_50_f8, 0.4],
  O: [0xe8_20_10, 0.4],
  F: [0x60_b0_30, 0.4],
  P: [0xe8_80_00, 0.5],
  S: [0xc8_a8_00, 0.5],
  CL: [0x1f_a0_1f, 0.5],
  BR: [0xa6_29_29, 0.55],
  I: [0x94_00_94, 0.6],
  FE: [0xe0_66_33, 0.6],
}
const OTHER = [0xc0_60_c0, 0.5] as const

/** Atoms of a file of the Protein Data Bank, with their bonds; undefined: there is none. */
export function moleculeIn(bytes: Uint8Array): Space | undefined {
  const text = new TextDecoder('latin1').decode(bytes)
  const atoms: { readonly place: Place; readonly element: string }[] = []
  for (const line of text.split('\n')) {
    // Of a file with several models, the first.
    if (line.startsWith('ENDMDL')) break
    if (!/^(?:ATOM {2}|HETATM)/.test(line)) continue
    const place = [30, 38, 46].map((from) => Number.parseFloat(line.slice(from, from + 8)))
    if (place.every((value) => Number.isFinite(value)))
      atoms.push({ place: place as unknown as Place, element: elementOf(line) })
  }
  if (atoms.length === 0) return undefined
  const [places, colors] = [new Float64Array(3 * atoms.length), new Uint8Array(3 * atoms.length)]
  const radii = new Float64Array(atoms.length)
  for (const [at, { place, element }] of atoms.entries()) {
    const [color, radius] = ELEMENTS[element] ?? OTHER
    places.set(place, 3 * at)
    colors.set([color >> 16, (color >> 8) & 0xff, color & 0xff], 3 * at)
    radii[at] = radius
  }
  return { of: 'atoms', places, colors, radii, lines: atoms.length > MOST_BONDED ? [] : bondsOf(atoms) }
}

/** Columns 77 and 78; older files have only the name of the atom, in columns 13 to 16. */
function elementOf(line: string): string {
  const given = line.slice(76, 78).trim()
  return (given === '' ? line.slice(12, 14).replaceAll(/[^A-Za-z]/g, '') : given).toUpperCase()
}

function bondsOf(atoms: readonly { readonly place: Place; readonly element: string }[]): SpaceLine[] {
  const cells = new Map<string, number[]>()
  const cellOf = ([x, y, z]: Place): [number, number, number] => [
    Math.floor(x / BOND),
    Math.floor(y / BOND),
    Math.floor(z / BOND),
  ]
  for (const [at, { place }] of atoms.entries()) {
    const name = cellOf(place).join(' ')
    const members = cells.get(name) ?? []
    members.push(at)
    cells.set(name, members)
  }
  const lines: SpaceLine[] = []
  for (const [at, { place, element }] of atoms.entries()) {
    const [x, y, z] = cellOf(place)
    for (let near = 0; near < 27; near++) {
      const cell = `${x + (near % 3) - 1} ${y + (Math.floor(near / 3) % 3) - 1} ${z + Math.floor(near / 9) - 1}`
      for (const other of cells.get(cell) ?? []) {
        if (other <= at) continue
        const { place: to, element: with_ } = atoms[other]!
        const far = distance(place, to)
        if (far < (element === 'H' || with_ === 'H' ? SHORT_BOND : BOND))
          lines.push({ from: place, to, color: '#909090' })
      }
    }
  }
  // Everything in one place is bound to everything.
  return lines.length > 8 * atoms.length ? [] : lines
}
