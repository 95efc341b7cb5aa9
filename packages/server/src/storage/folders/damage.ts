import { later } from '../../errors.ts'

/** Something in the data folder that cannot be used as it is. The server leaves it alone until somebody has looked. */
export interface Damage {
  readonly path: string
  /** What is wrong with it, to be read after the path. */
  readonly problem: string
  /** What its keeper can do. */
  readonly remedy: string
}

/** A damage as an error. `code` is the file system's, when that had something against it. */
export class DamageError extends Error {
  override readonly name = 'DamageError'
  readonly damage: Damage
  readonly code: string | undefined

  constructor(damage: Damage, cause?: unknown) {
    super(describeDamage(damage), { cause })
    this.damage = damage
    this.code = (cause as NodeJS.ErrnoException | undefined)?.code
  }
}

export const describeDamage = ({ path, problem, remedy }: Damage): string => `${path} ${problem}: ${remedy}.`

export function unreadable(path: string, remedy: string, error: unknown): DamageError {
  const { code, message } = error as NodeJS.ErrnoException
  return new DamageError({ path, problem: `cannot be read (${code ?? message})`, remedy }, error)
}

/** The damage behind an error that something in `path` caused. */
export function damageOf(error: unknown, path: string, remedy: string): Damage {
  return (error instanceof DamageError ? error : unreadable(path, remedy, error)).damage
}

/** Names under which clients ask for what is damaged. */
export const nameOfRun = (cuid: string): string => `run ${cuid}`
export const nameOfProject = (workspace: string, project = '*'): string => `project ${workspace}/${project}`
/** @param id - Slug or cuid. */
export const nameInProject = (workspace: string, project: string, id: string): string =>
  `run ${workspace}/${project}/${id}`
/** Stands for each run that nobody knows: there may be runs in a folder that cannot be listed. */
export const ANY_RUN = 'run *'

/** What of the data folder cannot be used. Whoever asks for it is to keep what he has, and come back. */
export class Damages {
  readonly #report: (message: string) => void
  readonly #known = new Map<string, Damage>()

  constructor(report: (message: string) => void) {
    this.#report = report
  }

  note(damage: Damage, names: readonly string[]): void {
    this.#report(describeDamage(damage))
    for (const name of names) this.#known.set(name, damage)
  }

  has(name: string): boolean {
    return this.#known.has(name)
  }

  /** @throws ApiError 507 when there is damage under one of the names. */
  refuse(...names: readonly string[]): void {
    for (const name of names) {
      const damage = this.#known.get(name)
      if (damage) throw later('the server cannot read this; it has told its keeper why', new DamageError(damage))
    }
  }
}
