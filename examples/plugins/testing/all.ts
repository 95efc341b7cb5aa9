import { join } from 'node:path'
import type { Callback } from '@swanlab/core'
import { DiscordCallback } from '../discord.ts'
import { EarlyStopping } from '../early-stopping.ts'
import { prometheusTextfile } from '../prometheus.ts'
import { SqliteExporter } from '../sqlite.ts'

/** Every plugin of the folder. @param url - Where there is a Discord. */
export function allPlugins(folder: string, url: string): readonly Callback[] {
  return [
    new DiscordCallback({ webhookUrl: url }),
    new EarlyStopping({ key: 'loss', patience: 2 }),
    prometheusTextfile({ folder }),
    new SqliteExporter({ path: join(folder, 'runs.db') }),
  ]
}
