import type { Command } from 'commander'

export const DEFAULT_DATA = 'swanlab-data'

export interface DataFlag {
  readonly data?: string
}

/** The data folder that a command is about. */
export type DataOf = (flags: DataFlag) => string

export function withData(command: Command): Command {
  return command.option('--data <folder>', `folder of the server (default: "${DEFAULT_DATA}")`)
}
