import { basename } from 'node:path'
import { cut } from './text.ts'

export const PROJECT_NAME: RegExp = /^[0-9a-zA-Z_\-+.]+$/

/** The name of a folder, made a legal project name. */
export function projectNameOf(folder: string): string {
  const name = basename(folder)
  return cut(PROJECT_NAME.test(name) ? name : legalise(name), 100) || 'project'
}

function legalise(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^0-9a-zA-Z_+.]+/g, '-')
    .replace(/^-+|-+$/g, '')
}
