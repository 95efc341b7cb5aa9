import { init } from '@swanlab/core'
import { Audio, ECharts, Html, Image, Text } from '@swanlab/core/media'
import { journal } from '@swanlab/journal'

// `rich-main.ts <logdir> <name> <end>` makes a run that has something for every part of a run's page: a console with
// colours, media of every kind, hostile names, alerts, a configuration of any depth. It ends as `end` says.
const [logdir = 'sample-runs', name = 'rich', end = 'throw'] = process.argv.slice(2)
const BIDI = '\u202Egnp.exe'
const HOSTILE = '<img src=x onerror=alert(1)>'

const run = await init({
  project: 'swans',
  name,
  description: `${HOSTILE} ${BIDI}`,
  tags: ['rich', HOSTILE],
  config: {
    lr: 0.002,
    '=HYPERLINK("http://evil.example")': 1,
    [HOSTILE]: HOSTILE,
    ['__proto__']: { polluted: true },
    optim: { name: 'adam', betas: [0.9, 0.999], schedule: { warmup: 100, kind: 'cosine', floor: 1e-7 } },
    layers: Array.from({ length: 150 }, (_, at) => ({ width: 64 + at, act: 'gelu' })),
    text: 'a: b # "c"\nsecond line',
    empty: {},
    none: null,
    on: true,
  },
  callbacks: [journal({ logdir, durability: 'buffered' })],
  settings: { logLevel: 'error' },
})

/** A picture of `step`: a ring that grows. */
function ring(step: number): Image {
  const size = 64
  const data = Uint8Array.from({ length: 3 * size * size }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % size, Math.floor(at / 3 / size)]
    const far = Math.hypot(x - size / 2, y - size / 2)
    return Math.abs(far - 4 - step / 3) < 3 ? [230, 90 + step, 40][at % 3]! : 24
  })
  return new Image({ data, width: size, height: size }, { caption: `ring at ${step}, ${HOSTILE}` })
}

for (let step = 0; step < 60; step++) {
  run.log({ 'train/loss': 2 / (1 + step / 10), 'train/accuracy': 1 - 1 / (1 + step / 8), [HOSTILE]: step })
  process.stdout.write(
    `\u001B[2m[${String(step).padStart(3, '0')}]\u001B[0m loss \u001B[1;32m${(2 / (1 + step / 10)).toFixed(4)}\u001B[0m ` +
      `\u001B[38;5;208mlr 0.002\u001B[0m ${'▇'.repeat(step % 20)}\n`,
  )
  if (step % 20 === 7) process.stderr.write(`\u001B[33mwarning:\u001B[0m gradient norm is large at step ${step}\n`)
  if (step % 10 === 0)
    run.log(
      {
        'samples/ring': [ring(step), ring(step + 5), ring(step + 10)],
        'samples/text': new Text(`Step ${step}: the swan said <b>hello</b> ${BIDI}`, { caption: 'said' }),
        'samples/page': new Html(
          `<h1>Step ${step}</h1><p>A page of its own.</p><script>parent.alert('out'); document.title = 'taken'</script>` +
            `<img src="http://evil.example/x.png"><a href="javascript:alert(1)" target="_top">leave</a>`,
        ),
      },
      step,
    )
  if (step === 30)
    run.log(
      {
        'samples/sound': new Audio(
          Float32Array.from({ length: 8_000 }, (_, at) => Math.sin(at / 6) * 0.3),
          { sampleRate: 16_000, caption: 'a tone' },
        ),
        'samples/option': new ECharts({ xAxis: { data: ['a', 'b'] }, series: [{ type: 'bar', data: [1, 2] }] }),
      },
      step,
    )
}
process.stdout.write(`\u001B]8;;http://evil.example\u0007a link\u001B]8;;\u0007 and ${BIDI} and ${HOSTILE}\n`)
process.stdout.write(`${'long '.repeat(300)}\n`)
run.alert({ title: `Accuracy is ${HOSTILE}`, text: 'It has stopped rising.\nSince step 40.', level: 'warn', step: 40 })
run.alert({ title: 'Loss is NaN', text: 'The loss has become NaN.', level: 'error', step: 59 })
run.alert({ title: 'Checkpoint', text: '', step: 20 })
await new Promise((resolve) => setTimeout(resolve, 300))
if (end === 'throw') throw new TypeError(`Cannot read properties of undefined (reading 'grad') ${HOSTILE}`)
if (end === 'kill') process.kill(process.pid, 'SIGKILL')
if (end === 'exit') process.exit(3)
await run.finish()
