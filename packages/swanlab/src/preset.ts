import { resolve } from 'node:path'
import { refuseInBackground } from '@swanlab/background/internal'
import type { Callback, Run } from '@swanlab/core'
import { assertCallback, configOf, infoOf, type BeginOptions, type Preset } from '@swanlab/core/internal'
import { DisabledRun } from './disabled-run.ts'
import { MODES, type Mode } from './modes.ts'

const DEFAULT_LOGDIR = 'swanlog'
const MODE_NAMES: readonly (Mode | 'online')[] = ['cloud', 'online', 'offline', 'local', 'disabled']

/** What this package adds to the core's `init`: where and how a run is kept, by the name of a mode. */
export const preset: Preset = {
  extra: {
    parameters: {
      logdir: { names: ['logdir'], variable: 'SWANLAB_LOG_DIR' },
      mode: { names: ['mode'], variable: 'SWANLAB_MODE' },
      cloud: { names: ['cloud'], onlyArgument: true },
    },
    checks: {
      logdir: ['the path of a folder', (value) => typeof value === 'string' && /^[^\0]{1,4000}$/.test(value)],
      mode: ['"cloud", "offline", "local" or "disabled"', (value) => MODE_NAMES.includes(value as Mode)],
    },
    amend: (given, problems, warnings) => {
      const cloud = given.get('cloud')
      given.delete('cloud')
      if (typeof cloud?.value === 'boolean') {
        const mode = cloud.value ? 'cloud' : 'local'
        given.set('mode', { ...cloud, value: mode })
        warnings.push(`"cloud" is deprecated and goes before "mode"; write mode: "${mode}" instead.`)
      } else if (cloud?.value != null) problems.wrong('cloud', cloud.value, 'true or false')
    },
  },
  begin: async (options, extras, start) => {
    refuseInBackground()
    const { mode, logdir } = whereAndHow(extras, process.cwd())
    const { settings, report } = options
    if (mode === 'disabled') return disabled(options)
    const made = await MODES[mode]({
      logdir,
      durability: settings.durability,
      offlineFallback: settings.offlineFallback,
      finishTimeout: settings.finishTimeout,
      clock: settings.clock,
      report,
    })
    return start(await withBackground([...made, ...options.callbacks], options))
  },
}

/** The mode, and the folder of the run folders as an absolute path. */
export function whereAndHow(
  { logdir, mode }: Readonly<Record<string, unknown>>,
  cwd: string,
): { readonly mode: Mode; readonly logdir: string } {
  return {
    mode: mode === undefined || mode === 'online' ? 'cloud' : (mode as Mode),
    logdir: resolve(cwd, (logdir as string | undefined) ?? DEFAULT_LOGDIR),
  }
}

function disabled(options: BeginOptions): Run {
  const { callbacks, settings, redactor } = options
  for (const callback of callbacks) assertCallback(callback)
  const config = configOf(options)
  return new DisabledRun(infoOf(options, settings.clock(), config, redactor), config, options)
}

/** Last: what stays in the training need not wait for what is done elsewhere. */
async function withBackground(callbacks: readonly Callback[], options: BeginOptions): Promise<readonly Callback[]> {
  const { background } = await import('@swanlab/background')
  const { callbackTimeout, finishTimeout, background: enabled } = options.settings
  return [...callbacks, background({ enabled, callbackTimeout, finishTimeout, report: options.report })]
}
