import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeLog, encodeRecord } from '@swanlab/journal'
import type { ConfigSnapshot } from '@swanlab/core'
import { FINISH, HEADER, rows } from './journals.ts'

export const MARKUP = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`
/** Turns around whatever stands behind it. */
export const TURNED = '\u202Egnp.exe'
const ANSI = '\u001B[31mred\u001B[0m\u001B]8;;http://evil.example\u0007link\u001B]8;;\u0007\u001B[2J'
const EVERY = `${MARKUP} ${TURNED} ${ANSI} {key} $& \0`
const RELOADS = `<meta http-equiv="refresh" content="0;url=http://evil.example"><base href="http://evil.example">`

/** A journal that nobody but an attacker would write: whatever text there is in it says the worst. */
export function writeHostileRun(logdir: string): void {
  const dir = join(logdir, 'run-hostile')
  const run = {
    ...HEADER.run,
    id: EVERY,
    project: EVERY,
    experimentName: EVERY,
    description: EVERY,
    tags: [EVERY, TURNED, MARKUP],
    colors: ['url(http://evil.example)', '"><script>'] as const,
    callbacks: [{ name: EVERY, place: 'live' as const, reason: EVERY }],
  }
  // An object literal would set its prototype.
  const polluting = JSON.parse(`{"__proto__":{"polluted":${JSON.stringify(EVERY)}}}`) as ConfigSnapshot
  const config = { ...polluting, [EVERY]: EVERY, constructor: { prototype: 1 }, '=1+1': '=1+1', deep: nested(900) }
  const keys = [
    `${MARKUP}/loss`,
    TURNED,
    EVERY,
    '__proto__',
    'constructor',
    '../../etc/passwd',
    ' ',
    'k'.repeat(10_000),
  ]
  const data = Object.fromEntries(keys.map((key, at) => [key, at]))
  const logs = Array.from({ length: 50 }, (_, step) => encodeLog({ step, time: 2_000 + step, data }))
  const lines = [EVERY, ANSI, TURNED, MARKUP, 'x'.repeat(1_200_000), '\r\b\u009B31m\u0007'].map((text, at) =>
    encodeRecord({ type: 'console', time: 2_000, line: at + 1, level: 'info', text }),
  )
  const at = { time: 3_000 }
  const journal = [
    encodeRecord({ ...HEADER, run: { ...run, config } }),
    ...logs,
    ...lines,
    encodeRecord({ type: 'metadata', ...at, metadata: { [EVERY]: EVERY, command: EVERY, git: { branch: EVERY } } }),
    encodeRecord({ type: 'requirements', ...at, requirements: `${EVERY}\n${MARKUP}==1` }),
    encodeRecord({ type: 'alert', ...at, title: EVERY, text: EVERY, level: 'error', step: 4 }),
    ...Object.entries(FILES).map(([name, { kind }], index) =>
      encodeRecord({ type: 'column', ...at, key: name, index, kind, section: 'default', step: 1 } as never),
    ),
    ...Object.keys(FILES).map((name) =>
      encodeRecord({ type: 'media', ...at, key: name, step: 1, data: [`media/${name}`], more: [{ caption: EVERY }] }),
    ),
    encodeRecord({
      ...FINISH,
      state: 'crashed',
      cause: { type: 'killed', evidence: [EVERY, TURNED] },
      error: { name: MARKUP, message: EVERY, stack: EVERY },
      callbacks: [{ name: EVERY, place: 'resident', reason: EVERY }],
    } as never),
  ]
  mkdirSync(join(dir, 'media'), { recursive: true })
  writeFileSync(join(dir, 'journal.jsonl'), journal.join(''))
  for (const [name, { content }] of Object.entries(FILES)) writeFileSync(join(dir, 'media', name), content)
}

/** A run with 10,000 keys. */
export function writeWideRun(logdir: string): void {
  const dir = join(logdir, 'run-wide')
  const data = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`layer/${n}`, n]))
  const header = { ...HEADER, run: { ...HEADER.run, id: 'wide', experimentName: 'wide' } }
  mkdirSync(dir)
  writeFileSync(
    join(dir, 'journal.jsonl'),
    encodeRecord(header) + [1, 2, 3].map((step) => encodeLog({ step, time: 2_000, data })).join('') + rows(3),
  )
}

function nested(depth: number): ConfigSnapshot {
  let inner: ConfigSnapshot = {}
  for (let level = 0; level < depth; level++) inner = { a: inner }
  return inner
}

/** Header of a PNG that says it has so many pixels. */
function png(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(64)
  bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}

const SCRIPT = `<script>top.document.title='taken';fetch('http://evil.example')</script>`

const FILES: Readonly<Record<string, { readonly kind: string; readonly content: string | Buffer }>> = {
  'script.svg': {
    kind: 'image',
    content: `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90" onload="top.document.title='taken'">${SCRIPT}<foreignObject>${MARKUP}</foreignObject><image href="http://evil.example/x.png"/><circle r="40"/></svg>`,
  },
  'bomb.png': { kind: 'image', content: png(60_000, 60_000) },
  'empty.png': { kind: 'image', content: '' },
  'page.png': { kind: 'image', content: `<html>${SCRIPT}${MARKUP}</html>` },
  'page.html': {
    kind: 'html',
    content: `${RELOADS}${SCRIPT}${MARKUP}<a href="javascript:alert(1)" target="_top">x</a>`,
  },
  'text.txt': { kind: 'text', content: EVERY },
  'chart.json': {
    kind: 'echarts',
    content: JSON.stringify({
      title: { text: EVERY, link: 'javascript:alert(1)', sublink: 'http://evil.example' },
      tooltip: { formatter: MARKUP, trigger: 'axis', extraCssText: 'background:url(http://evil.example)' },
      toolbox: { feature: { dataView: { optionToContent: MARKUP } } },
      graphic: [{ type: 'image', style: { image: 'http://evil.example/x.png' } }],
      xAxis: { data: [EVERY] },
      series: [{ type: 'bar', data: [1], name: EVERY, label: { formatter: MARKUP } }],
    }),
  },
  'other.bin': { kind: 'molecule', content: EVERY },
}
