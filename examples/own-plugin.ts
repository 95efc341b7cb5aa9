import { init, type Callback } from 'swanlab'

/** Raises an alert when a metric is no longer a number. */
function watchForNaN(): Callback {
  const seen = new Set<string>()
  return {
    name: 'watch-for-nan',
    onLog: ({ step, data }, context) => {
      for (const [key, value] of Object.entries(data)) {
        if (!Number.isNaN(value) || seen.has(key)) continue
        seen.add(key)
        // Not `run.alert`: the context works in the background process and in a replay, too.
        context.alert({ title: `${key} is NaN`, text: `first seen at step ${step}`, level: 'warn', step, rule: 'nan' })
      }
    },
    onAlert: ({ level, title, text }) => console.log(`[${level}] ${title}: ${text}`),
    onStop: ({ state, steps, duration }) => console.log(`${state}: ${steps} steps in ${duration} ms`),
  }
}

const run = await init({ project: 'own-plugin', mode: 'offline', callbacks: [watchForNaN()] })
for (const loss of [0.9, 0.5, Number.NaN, Number.NaN, 0.4]) run.log({ loss })
