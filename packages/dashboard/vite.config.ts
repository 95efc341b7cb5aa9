import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'
import { withLicenses } from '../../bundled-licenses.ts'

/** JavaScript that a browser has to get before it can draw anything, compressed, in kB. */
const FIRST_SCREEN = 60

/** Modules that are loaded before anything can be drawn. */
const atFirst = new Set<string>()

// Whoever builds it, and be it a test: packages have larger files for development.
process.env['NODE_ENV'] = 'production'

// Makes the page: static files below dist/page, which src/server serves.
export default defineConfig({
  root: fileURLToPath(new URL('src/page', import.meta.url)),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    target: 'es2023',
    // The page's security policy takes scripts and styles from files alone.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // One file of them is smaller than one for each set of screens that share some.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', test: (id) => atFirst.has(id) }] } } },
  },
  plugins: [firstScreen(), withLicenses()],
})

/** Says what the first screen costs, and fails above the budget. */
function firstScreen(): Plugin {
  return {
    name: 'first-screen',
    buildEnd() {
      const add = (id: string): void => {
        if (atFirst.has(id)) return
        atFirst.add(id)
        this.getModuleInfo(id)?.importedIds.forEach(add)
      }
      for (const id of this.getModuleIds()) if (this.getModuleInfo(id)?.isEntry) add(id)
    },
    generateBundle(_options, bundle) {
      const seen = new Set<string>()
      const add = (name: string): void => {
        const chunk = bundle[name]
        if (seen.has(name) || chunk?.type !== 'chunk') return
        seen.add(name)
        chunk.imports.forEach(add)
      }
      for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && chunk.isEntry) add(chunk.fileName)
      const bytes = [...seen].reduce((sum, name) => {
        const chunk = bundle[name]
        return sum + (chunk?.type === 'chunk' ? gzipSync(chunk.code).length : 0)
      }, 0)
      const size = `${(bytes / 1_000).toFixed(1)} of ${FIRST_SCREEN} kB`
      if (bytes > 1_000 * FIRST_SCREEN) this.error(`The first screen takes ${size} of JavaScript, compressed.`)
      this.info(`first screen: ${size} of JavaScript, compressed`)
    },
  }
}
