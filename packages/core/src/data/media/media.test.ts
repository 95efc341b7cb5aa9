import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { Audio } from './audio.ts'
import { ECharts } from './echarts.ts'
import { Html } from './html.ts'
import { Image } from './image.ts'
import { kindOf } from './media.ts'
import { Molecule } from './molecule.ts'
import { Object3D } from './object3d.ts'
import { Text } from './text.ts'
import { Video } from './video.ts'

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
const circle: Record<string, unknown> = {}
circle['self'] = circle

describe('a ready-made file is kept as it is', () => {
  it.each([
    ['audio', 'wav', new Audio(latin1('RIFF\0\0\0\0WAVEfmt '))],
    ['audio', 'mp3', new Audio(latin1('ID3\x04'))],
    ['audio', 'mp3', new Audio(latin1('\xff\xfb\x90'))],
    ['audio', 'flac', new Audio(latin1('fLaC'))],
    ['audio', 'ogg', new Audio(latin1('OggS'))],
    ['video', 'gif', new Video(latin1('GIF89a'))],
    ['video', 'mp4', new Video(latin1('\0\0\0\x20ftypisom'))],
    ['video', 'webm', new Video(latin1('\x1a\x45\xdf\xa3'))],
    ['object3d', 'glb', new Object3D(latin1('glTF\x02'))],
    ['molecule', 'pdb', new Molecule(latin1('HETATM10000  O   HOH A1000\n'))],
    ['molecule', 'pdb', new Molecule(latin1('REMARK\nATOM      1  N   MET A   1\n'))],
  ])('%s as %s', (kind, extension, media) => {
    expect(media.kind).toBe(kind)
    expect(media._content()).toMatchObject({ extension })
  })

  it.each([
    [new Audio(latin1('GIF89a')), 'bytes that are none of wav, mp3, flac, ogg'],
    [new Video(latin1('hello')), 'bytes that are none of mp4, webm, gif'],
    [new Object3D(latin1('hello')), 'bytes that are none of glb'],
    [new Molecule(latin1('hello')), 'a file without an ATOM or HETATM line'],
    [new Molecule('/no/such.pdb'), 'the path of no file (/no/such.pdb: ENOENT)'],
  ])('%o is not', (media, problem) => {
    expect(media._content()).toEqual({ problem })
  })
})

describe('samples', () => {
  function wav(audio: Audio): Buffer {
    const content = audio._content()
    if ('problem' in content) expect.fail(content.problem)
    expect(content.extension).toBe('wav')
    return Buffer.from(content.bytes)
  }

  it('are kept as WAV of 16 bits', () => {
    const bytes = wav(new Audio(Float32Array.of(0, 1, -1, 0.5, 7, Number.NaN), { sampleRate: 8_000 }))
    expect(bytes.toString('latin1', 0, 4) + bytes.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ')
    expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8)
    expect([bytes.readUInt16LE(22), bytes.readUInt32LE(24), bytes.readUInt32LE(28)]).toEqual([1, 8_000, 16_000])
    expect([bytes.readUInt16LE(34), bytes.readUInt32LE(40)]).toEqual([16, 12])
    const samples = Array.from({ length: 6 }, (_, at) => bytes.readInt16LE(44 + 2 * at))
    expect(samples).toEqual([0, 32_767, -32_767, 16_384, 32_767, 0])
  })

  it('of several channels alternate', () => {
    const bytes = wav(new Audio([Int16Array.of(1, 2), Int16Array.of(-3, -4)]))
    expect([bytes.readUInt16LE(22), bytes.readUInt32LE(24)]).toEqual([2, 44_100])
    expect([0, 2, 4, 6].map((at) => bytes.readInt16LE(44 + at))).toEqual([1, -3, 2, -4])
  })

  it.each([
    [new Audio([Int16Array.of(1), Int16Array.of(1, 2)]), 'channels of different length'],
    [new Audio(Float32Array.of(1), { sampleRate: 0 }), 'a sample rate of 0'],
    [new Audio(Float32Array.of(1), { sampleRate: Number.NaN }), 'a sample rate of NaN'],
    [new Audio(Float32Array.of(1), { sampleRate: 2 ** 31 }), 'a sample rate of 2147483648'],
    [new Audio(Float32Array.of(1), { sampleRate: 'x'.repeat(1e6) as never }), expect.stringMatching(/^.{1,120}$/)],
    [new Audio(new Float32Array(0)), 'no samples'],
    [new Audio([Int16Array.of(1), 2 as never]), 'channels that are not all samples'],
    [new Audio(Object.assign([Int16Array.of(1)], { length: 2 })), 'channels that are not all samples'],
    [new Audio(Object.assign([Int16Array.of(1)], { length: 4e9 })), '4000000000 channels, more than 64'],
    [new Audio([]), 'a list'],
    [new Audio([1, 2] as never), 'a list'],
  ])('%o are none', (media, problem) => {
    expect(media._content()).toEqual({ problem })
  })
})

describe('texts', () => {
  it.each([
    [new Text('héllo'), 'txt', 'héllo'],
    [new Text(7), 'txt', '7'],
    [new Text(''), 'txt', ''],
    [new Html('<p>hi'), 'html', '<p>hi'],
    [new Html(Buffer.from('<p>hi')), 'html', '<p>hi'],
    [new ECharts({ series: [{ type: 'bar', data: [1, 2] }] }), 'json', '{"series":[{"type":"bar","data":[1,2]}]}'],
    [
      new Object3D({
        points: [
          [0, 1, 2],
          [3, 4, 5, 6, 7, 8],
        ],
        boxes: [{ corners: Array.from({ length: 8 }, () => [0, 0, 0]), label: 'a' }] as never,
      }),
      'swanlab.pts.json',
      `{"version":"0.1","points":[[0,1,2,0,255,0],[3,4,5,6,7,8]],"boxes":[{"color":[0,255,0],"corners":[${Array(8).fill('[0,0,0]').join(',')}],"label":"a"}]}`,
    ],
  ])('%o', (media, extension, text) => {
    const content = media._content()
    expect(content).toMatchObject({ extension })
    expect('bytes' in content && Buffer.from(content.bytes).toString()).toBe(text)
  })

  it.each([
    [new Text(undefined as never), 'undefined'],
    [new Text({} as never), 'an object'],
    [new Html(7n as never), undefined],
    [new ECharts(null as never), 'null'],
    [new ECharts(circle), expect.stringContaining('an option that is no JSON') as string],
    [new Object3D({ points: [[1, 2]] as never }), 'points that are not 3 or 6 numbers each'],
    [new Object3D({ points: [[1, 2, Number.NaN]] }), 'points that are not 3 or 6 numbers each'],
    [new Object3D({ points: [Object.assign([1], { length: 3 })] as never }), 'points that are not 3 or 6 numbers each'],
    [new Object3D({ points: Object.assign([], { length: 4e9 }) }), '4000000000 points, more than 7489828'],
    [new Object3D({ points: Object.assign([], { length: 3 }) }), 'points that are not 3 or 6 numbers each'],
    [new Object3D({ points: [], boxes: [{ corners: Array(8).fill(0) }] as never }), 'boxes without 8 corners each'],
    [new Object3D({ points: 'x' as never }), 'points that are a string'],
    [new Object3D({ points: [], boxes: [null] as never }), 'boxes without 8 corners each'],
  ])('%o is none', (media, problem) => {
    expect((media._content() as { problem?: string }).problem).toEqual(problem)
  })
})

it('is known by its mark and kind, whichever copy of the package made it', () => {
  expect(kindOf(new Text('x'))).toBe('text')
  expect(kindOf({ _swanlabMedia: true, kind: 'image' })).toBe('image')
  const everything = new Proxy({}, { has: () => true, get: () => () => {} })
  for (const other of [{}, null, undefined, 'Text', [new Text('x')], everything]) expect(kindOf(other)).toBe(undefined)
  for (const kind of ['../..', 'scalar', 'constructor', undefined, { toString: () => 'image' }])
    expect(kindOf({ _swanlabMedia: true, kind })).toBe(undefined)
})

it('is made without a fault, whatever it is given', () => {
  const hostile = { toString: () => expect.fail('was read') }
  const makers = [Audio, ECharts, Html, Image, Molecule, Object3D, Text, Video] as unknown as (new (
    ...given: unknown[]
  ) => object)[]
  for (const Maker of makers)
    for (const given of [[], [null, null], [hostile, { caption: hostile, sampleRate: hostile }], [Symbol('x'), 'x']])
      expect(() => new Maker(...given)).not.toThrow()
})

describe('a path', () => {
  it('of what is no file is not waited for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'media-'))
    const pipe = join(folder, 'pipe')
    if (process.platform !== 'win32') execFileSync('mkfifo', [pipe])
    for (const path of [pipe, '/dev/zero', folder])
      expect(new Video(path)._content()).toEqual({ problem: expect.stringContaining('the path of no file') as string })
    rmSync(folder, { recursive: true })
  })

  it.each(['https://u:SECRET@example.com/a.mp4?sign=SECRET', 'data:video/mp4;base64,SECRET', 's3://SECRET'])(
    'that is an address keeps its secrets: %s',
    (address) => {
      for (const source of [address, new URL(address)]) {
        const { problem } = new Video(source)._content() as { problem: string }
        expect(problem).toMatch(/^an address \((https:\/\/|data:|s3:\/\/)…\), and no path$/)
      }
    },
  )
})

describe('bytes', () => {
  it('may come from another realm', () => {
    const bytes = runInNewContext("Uint8Array.from('GIF89a', (char) => char.charCodeAt(0))") as Uint8Array
    expect(bytes).not.toBeInstanceOf(Uint8Array)
    expect(new Video(bytes)._content()).toMatchObject({ extension: 'gif' })
    expect(new Video(bytes.buffer as ArrayBuffer)._content()).toMatchObject({ extension: 'gif' })
  })

  it('that threads share are copied', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(6))
    shared.set(latin1('GIF89a'))
    const content = new Video(shared)._content() as { bytes: Uint8Array }
    shared.fill(0)
    expect(Buffer.from(content.bytes).toString()).toBe('GIF89a')
  })

  it('of HTML are kept as they are', () => {
    const bytes = Uint8Array.of(0x3c, 0xff, 0x3e)
    expect(new Html(bytes)._content()).toEqual({ bytes, extension: 'html' })
  })
})
