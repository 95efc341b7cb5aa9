import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PYTHON = process.env['PYTHON'] ?? 'python3'
/** What 0.6.8 imports without saying so, and what the script draws with. */
const BESIDE = ['numpy', 'pillow', 'setuptools<81']

/** Why clients cannot be installed here; absent when they can. */
export async function obstacle(): Promise<string | undefined> {
  try {
    await run(PYTHON, ['-c', 'import venv, ensurepip'])
    return undefined
  } catch {
    return 'there is no python3 that can make virtual environments'
  }
}

/** Installs one version of SwanLab's client, unless it is there. @returns its Python. @throws when pip does. */
export async function install(folder: string, version: string): Promise<string> {
  const venv = join(folder, version)
  const python = join(venv, 'bin', 'python')
  if (existsSync(join(venv, 'installed'))) return python
  await mkdir(folder, { recursive: true })
  await run(PYTHON, ['-m', 'venv', '--clear', venv])
  await run(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `swanlab==${version}`, ...BESIDE],
    {
      timeout: 300_000,
    },
  )
  await run(python, ['-c', 'import swanlab, pathlib, sys; pathlib.Path(sys.argv[1]).touch()', join(venv, 'installed')])
  return python
}
