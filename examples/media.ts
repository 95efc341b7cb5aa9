import { init } from 'swanlab'
import { ECharts, Image, Text } from 'swanlab/media'

// A picture of pixels, a text and a chart, beside numbers. Each is a file in the run folder, and what a callback gets.
const SIZE = 64
const run = await init({
  project: 'media',
  mode: 'offline',
  callbacks: [{ name: 'shower', onMedia: ({ key, step, data }) => console.log(step, key, data.join(' ')) }],
})

for (let epoch = 1; epoch <= 3; epoch++) {
  const rings = Uint8Array.from({ length: SIZE * SIZE }, (_, at) => {
    const distance = Math.hypot((at % SIZE) - SIZE / 2, Math.floor(at / SIZE) - SIZE / 2)
    return 128 + 127 * Math.sin(distance / epoch)
  })
  run.log({
    loss: 1 / epoch,
    sample: new Image({ data: rings, width: SIZE, height: SIZE }, { caption: `epoch ${epoch}` }),
    answer: new Text(`After ${epoch} epochs the rings are wider.`),
    histogram: new ECharts({
      xAxis: { type: 'category', data: ['dark', 'light'] },
      yAxis: {},
      series: [
        {
          type: 'bar',
          data: [rings.filter((value) => value < 128).length, rings.filter((value) => value >= 128).length],
        },
      ],
    }),
  })
}
await run.finish()
