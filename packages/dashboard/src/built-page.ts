import { fileURLToPath } from 'node:url'

/** Folder of the page, as vite builds it; also when this runs from its source. */
export const BUILT_PAGE: string = fileURLToPath(new URL('../dist/page', import.meta.url))

export const NOT_BUILT = 'The page is not there: in a clone, `pnpm run build` makes it.'
