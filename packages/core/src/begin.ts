import { randomInt } from 'node:crypto'
import type { InitInfo } from './kernel/payloads.ts'
import type { Run } from './kernel/run.ts'
import { startRun } from './kernel/start.ts'
import { companion } from './background/companion.ts'
import { abandonedRuns } from './background/owed.ts'
import { place } from './background/place.ts'
import { createConfig } from './data/config-store.ts'
import { ScalarIntake } from './data/scalar-intake.ts'
import { backendOf } from './modes/index.ts'
import type { InitOptions, ResolvedOptions } from './options/init-options.ts'
import { resolveOptions } from './options/resolve.ts'
import { collectMetadata, collectRequirements } from './runtime/metadata.ts'
import { forgetRegistered, getRun, registered, setRun, writtenConfig } from './current.ts'
import { VERSION } from './version.ts'

const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const ID_LENGTH = 21

/** Does what `init` promises, once it is this call's turn. */
export async function begin(input: InitOptions<object>): Promise<Run> {
  const { options, warnings } = await resolveOptions(input, { env: process.env, cwd: process.cwd() })
  const { report } = options.settings
  const active = getRun()
  if (active) {
    if (input.reinit !== true && active.state === 'running') {
      report('warn', `Run ${active.experimentName} is active, so init() returns it and ignores its options. Pass reinit: true to finish it first.`)
      return active
    }
    await active.finish()
  }
  for (const warning of warnings) report('warn', warning)
  const run = await start(options)
  forgetRegistered()
  return run
}

function start(options: ResolvedOptions): Promise<Run> {
  const { settings } = options
  const { clock, report, durability, callbackTimeout, finishTimeout } = settings
  const config = createConfig(writtenConfig())
  config.view.update(options.config)
  const { live, elsewhere, residents, placements } = place([...registered(), ...options.callbacks], settings.background, process.argv[1])
  const attended = settings.background && (residents.length > 0 || abandonedRuns(options.logdir).length > 0)
  const backend = backendOf(options.mode, { durability, clock, report, attended })
  const background = companion({ callbacks: residents, callbackTimeout, finishTimeout, from: () => backend.begin ?? 0, report })
  return startRun({
    info: infoOf(options, clock()),
    backend,
    callbacks: attended ? [...live, background] : live,
    elsewhere,
    placements,
    intake: new ScalarIntake(report),
    config,
    callbackTimeout,
    clock,
    report,
    runtime: (dir) => {
      const surroundings = { argv: process.argv, cwd: process.cwd(), env: process.env }
      const requirements = settings.requirementsCollect ? collectRequirements(surroundings.cwd) : undefined
      return [
        ...(settings.metadataCollect ? [{ metadata: collectMetadata(surroundings, { version: VERSION, run_dir: dir ?? null }) }] : []),
        ...(requirements ? [{ requirements }] : []),
      ]
    },
    owner: { started: setRun, ended: (run) => getRun() === run && setRun(undefined) },
  })
}

function infoOf(options: ResolvedOptions, startTime: number): InitInfo {
  const { project, workspace, experimentName, description, tags, mode, logdir, public: visible, id = newId(), resume } = options
  return Object.freeze({
    ...{ id, project, workspace, experimentName, description, mode, logdir, public: visible, resume, startTime },
    tags: Object.freeze([...tags]),
    resumed: false,
  })
}

function newId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]).join('')
}
