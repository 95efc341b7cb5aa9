import { SwanLabError } from '@swanlab/core'
import { prompt } from '@swanlab/cloud/internal'
import { note } from './output.ts'

/** More than any key, in characters. */
const LONGEST_INPUT = 4_096
/** How long a pipe may take to deliver a key, in milliseconds. */
const PIPE_TIME = 30_000

/**
 * The key that `--api-key` stands for: itself, or with `-` what standard input says.
 *
 * @throws SwanLabError `LOGIN_FAILED` when standard input says nothing.
 */
export async function givenKey(option: string | undefined): Promise<string | undefined> {
  if (option === undefined) return undefined
  if (option === '-') return process.stdin.isTTY ? askForKey('API key (it is not shown): ') : readKey(process.stdin)
  note(
    'A key on the command line can be seen by other users of this machine, and the shell remembers it. ' +
      'Give it on standard input instead: --api-key -',
  )
  return option
}

/** Asks on the terminal. @throws SwanLabError `LOGIN_FAILED` when nothing is entered. */
export function askForKey(question: string): Promise<string> {
  // Before the question is there: whoever pastes at once would see the key.
  process.stdin.setRawMode(true)
  return prompt(question, { input: process.stdin, output: process.stderr, accepts: /\S/, hidden: true })
}

async function readKey(input: NodeJS.ReadStream): Promise<string> {
  const late = setTimeout(() => input.destroy(new SwanLabError('LOGIN_FAILED', 'No key came in time.')), PIPE_TIME)
  let text = ''
  try {
    for await (const chunk of input.setEncoding('utf8')) {
      text += chunk as string
      if (text.length > LONGEST_INPUT || text.trimStart().includes('\n')) break
    }
  } finally {
    clearTimeout(late)
  }
  const [key = ''] = text.trim().split('\n')
  if (key === '') throw new SwanLabError('LOGIN_FAILED', 'Standard input holds no key.')
  return key
}
