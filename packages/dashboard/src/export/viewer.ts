import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BUILT_PAGE, NOT_BUILT } from '../built-page.ts'

/** The page that shows a view out of its own file; what it shows is still missing. @throws Error when it is not built. */
export function viewerTemplate(): string {
  try {
    return readFileSync(join(BUILT_PAGE, 'viewer.html'), 'utf8')
  } catch (error) {
    throw new Error(NOT_BUILT, { cause: error })
  }
}
