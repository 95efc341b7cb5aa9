import * as fc from 'fast-check'

/** Something that may happen to a file. */
export interface Damage {
  readonly what: string
  readonly apply: (bytes: Buffer) => Buffer
}

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const LINES = [
  '\0\0\0\0',
  '{"type":"log"',
  '{"type":"log","step":1,"time":1,"data":{}}',
  '{"type":"finish","time":1,"state":"finished","duration":1,"steps":1}',
  '}}}}',
  '[[[[',
  'null',
  '9'.repeat(400),
  '\r\n',
  '\uD800',
  '<html>502</html>',
  '['.repeat(5_000),
]

const splice = (bytes: Buffer, at: number, remove: number, put: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + remove)])

/** Members of JSON are replaced where one begins: this is what a program that means ill would write. */
const VALUES = ['null', '-1', '1e17', '1e999', '9007199254740993', '""', '[]', '{}', '[null]', '"__proto__"', 'true']

export const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([where, mask]) => ({
    what: `byte at ${where} ^ ${mask}`,
    apply: (bytes: Buffer) => {
      const flipped = Buffer.from(bytes)
      const at = Math.floor(where * bytes.length)
      if (at < flipped.length) flipped[at]! ^= mask
      return flipped
    },
  })),
  place.map((where) => ({
    what: `cut at ${where}`,
    apply: (bytes: Buffer) => bytes.subarray(0, Math.floor(where * bytes.length)),
  })),
  fc.tuple(place, fc.integer({ min: 1, max: 5_000 })).map(([where, length]) => ({
    what: `${length} zeros written at ${where}`,
    apply: (bytes: Buffer) => {
      const zeroed = Buffer.from(bytes)
      const at = Math.floor(where * bytes.length)
      return zeroed.fill(0, at, Math.min(zeroed.length, at + length))
    },
  })),
  fc
    .tuple(place, fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.constantFrom(...LINES)))
    .map(([where, put]) => ({
      what: `${JSON.stringify(typeof put === 'string' ? put.slice(0, 80) : Array.from(put))} put in at ${where}`,
      apply: (bytes: Buffer) => splice(bytes, Math.floor(where * bytes.length), 0, Buffer.from(put)),
    })),
  fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(([where, length]) => ({
    what: `${length} bytes left out at ${where}`,
    apply: (bytes: Buffer) => splice(bytes, Math.floor(where * bytes.length), length, Buffer.alloc(0)),
  })),
  fc.tuple(place, fc.constantFrom(...VALUES)).map(([where, value]) => ({
    what: `the member of JSON behind ${where} is ${value}`,
    apply: (bytes: Buffer) => {
      const text = bytes.toString('latin1')
      const members = [...text.matchAll(/":("(?:[^"\\]|\\.)*"|-?[\d.e+]+|null|true|false)/g)]
      const one = members[Math.floor(where * members.length)]
      return one ? splice(bytes, one.index + 2, one[1]!.length, Buffer.from(value)) : bytes
    },
  })),
)

export const damages: fc.Arbitrary<Damage[]> = fc.array(anyDamage, { minLength: 1, maxLength: 4 }).map((list) =>
  // Printed by fast-check when a property fails.
  Object.assign(list, { [fc.toStringMethod]: () => list.map(({ what }) => what).join('; ') }),
)

export function damaged(bytes: Buffer, list: readonly Damage[]): Buffer {
  return list.reduce((before, { apply }) => apply(before), bytes)
}
