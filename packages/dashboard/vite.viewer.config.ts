import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'
import { licensesIn } from '../../bundled-licenses.ts'
import { TITLE_PLACE, VIEW_PLACE } from './src/export/saved-view.ts'

const PAGE = fileURLToPath(new URL('src/page/', import.meta.url))
/** What asks a server, or keeps the view in the address, and what stands in its place in a file. */
const REPLACED: Readonly<Record<string, string>> = {
  [`${PAGE}api/client.ts`]: `${PAGE}saved/client.ts`,
  [`${PAGE}state/location.ts`]: `${PAGE}saved/location.ts`,
}

// Whoever builds it, and be it a test: packages have larger files for development.
process.env['NODE_ENV'] = 'production'

// Makes dist/page/viewer.html: the charts of the page in one file, to which export/saved-view.ts adds what they show.
export default defineConfig({
  root: PAGE,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/page',
    // The page is there already.
    emptyOutDir: false,
    target: 'es2023',
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: `${PAGE}saved/main.tsx`,
      // What vite adds for chunks, of which there are none.
      transform: { define: { 'import.meta': '{}' } },
      output: { format: 'iife', codeSplitting: false },
    },
  },
  plugins: [withoutServer(), oneFile()],
})

function withoutServer(): Plugin {
  return {
    name: 'without-server',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.startsWith('.')) return null
      const found = await this.resolve(source, importer, { skipSelf: true })
      return REPLACED[found?.id ?? ''] ?? null
    },
  }
}

/** Script and styles become one HTML file, whose policy knows both by their hashes and allows nothing else. */
function oneFile(): Plugin {
  return {
    name: 'one-file',
    enforce: 'post',
    generateBundle(_options, bundle) {
      let [script, style] = ['', '']
      for (const [name, one] of Object.entries(bundle)) {
        if (one.type === 'chunk') script += one.code
        else if (name.endsWith('.css')) style += String(one.source)
        delete bundle[name]
      }
      if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style))
        this.error('The script or its styles would end the element that they stand in.')
      const licenses = [...licensesIn(this.getModuleIds())].map(
        ([name, path]) => `${name}\n\n${readFileSync(path, 'utf8')}`,
      )
      this.emitFile({ type: 'asset', fileName: 'viewer.html', source: page(script, style, licenses.join('\n\n')) })
    },
  }
}

function page(script: string, style: string, licenses: string): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${TITLE_PLACE}</title>
<style>${style}</style>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript. 此页面需要 JavaScript。</noscript>
<script type="application/json" id="saved-view">${VIEW_PLACE}</script>
<script>${script}</script>
<script type="text/plain">${licenses.replaceAll('<', '(')}</script>
</body>
</html>
`
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
