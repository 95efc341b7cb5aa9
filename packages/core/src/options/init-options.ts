import type { Callback } from '../contract/callback.ts'
import type { Settings, SettingsOptions } from './settings.ts'

/**
 * What `init` takes. Everything may be left out. Where a parameter has several sources, the first that gives a value
 * counts: argument, alias, load file, environment, default. `undefined`, `null` and blank text count as not given.
 * Values that are not used are not judged.
 *
 * Text is stripped. Too long text is cut, with a warning; anything else that is wrong makes `init` reject with one
 * `SwanLabError` that names every problem.
 *
 * Source: `swanlab.init`; limits and characters of its releases 0.6.8 and, where wider, 0.7.20.
 *
 * @typeParam C - Type of the configuration.
 */
export interface InitOptions<C extends object = Record<string, unknown>> {
  /**
   * Name of the project: 1 to 100 characters of `0-9 a-z A-Z _ - + .`. Environment: `SWANLAB_PROJ_NAME`. Default: the
   * name of the working directory, with accents dropped and every other character that is not allowed turned into `-`;
   * `project` when nothing is left.
   */
  readonly project?: string | undefined
  /**
   * User name of the organization that owns the project: 1 to 25 characters of `0-9 a-z A-Z _ -`. Never cut: that
   * would be another workspace. Environment: `SWANLAB_WORKSPACE`. Default: the personal space.
   */
  readonly workspace?: string | undefined
  /**
   * Name of the experiment: up to 250 characters, on one line; control characters become spaces. Environment:
   * `SWANLAB_EXP_NAME`. Default: chosen by whoever keeps the run, such as `swan-1`. Load file: also as `experiment_name`.
   */
  readonly experimentName?: string | undefined
  /** Another word for `experimentName`, which goes before it. */
  readonly name?: string | undefined
  /** Description of the experiment: up to 1024 characters, line breaks allowed. Environment: `SWANLAB_DESCRIPTION`. */
  readonly description?: string | undefined
  /** Another word for `description`, which goes before it. */
  readonly notes?: string | undefined
  /**
   * Tags: up to 50, each up to 200 characters. One text is a list with commas, or a JSON list. Blank and repeated tags
   * are dropped. Environment: `SWANLAB_TAGS`, as one text. Default: none.
   */
  readonly tags?: readonly string[] | string | undefined
  /**
   * Hyperparameters and other information: an object or a `Map`, or the path of a .json, .yaml or .yml file (8 MiB of
   * JSON, 1 MiB of YAML, 100 levels), relative to the working directory. Default: empty.
   */
  readonly config?: C | ReadonlyMap<string, unknown> | string | undefined
  /**
   * Path of a .json, .yaml or .yml file with values for the other parameters, relative to the working directory. It
   * may hold every parameter that a file can say: `experimentName` also as `experiment_name`, and `public` also as its
   * opposite `private`. Other keys are ignored, with a
   * warning, as the file may also serve a SwanLab that knows more.
   */
  readonly load?: string | undefined
  /** Whether a project that this run creates can be seen by everybody. Default: private. Load file: also `private`. */
  readonly public?: boolean | undefined
  /** Plugins, in the order in which they are called at each moment. One alone needs no list. */
  readonly callbacks?: readonly Callback[] | Callback | undefined
  /** How the run is recorded. */
  readonly settings?: Settings | SettingsOptions | undefined
  /**
   * Run to continue: 1 to 64 characters of `0-9 a-z A-Z _ -`, so that runs of other SwanLab clients can be continued,
   * too. Needs `resume`. Environment: `SWANLAB_RUN_ID`.
   */
  readonly id?: string | undefined
  /**
   * `must`: continue the run `id`, which must exist. `allow` or true: continue it if it exists, else start it. `never`
   * or false: start a new run; `id` may not be given. Environment: `SWANLAB_RESUME`, also as `yes`, `no`, `1` or `0`,
   * in any case. Default: `never`.
   */
  readonly resume?: 'must' | 'allow' | 'never' | boolean | undefined
  /**
   * What becomes of a run that is still active. False: it is returned, with a warning. True: it is finished first.
   * `create_new`: it goes on, and a run of its own is started beside it, which does not become the active one: it is
   * used by what `init` returns, or inside {@link withRun}. What was registered or configured for the next run
   * beforehand is not for it. Default: false.
   *
   * Source: `reinit` of `wandb.init`.
   */
  readonly reinit?: boolean | 'create_new' | undefined
}

/** What {@link InitOptions}, load file and environment come to. Frozen. */
export interface ResolvedOptions {
  readonly project: string
  readonly workspace?: string | undefined
  readonly experimentName?: string | undefined
  readonly description?: string | undefined
  readonly tags: readonly string[]
  /** As the user or the file gave it, not copied and not yet reduced to JSON. */
  readonly config: object
  readonly public?: boolean | undefined
  readonly callbacks: readonly Callback[]
  readonly settings: Settings
  readonly id?: string | undefined
  /** Absent: never. */
  readonly resume?: 'must' | 'allow' | undefined
  readonly reinit: boolean | 'create_new'
}
