#!/usr/bin/env node
import { main } from './program.ts'

// Whoever reads the output, such as head, has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

const code = await main(process.argv.slice(2))
if (code !== 0) process.exitCode = code
