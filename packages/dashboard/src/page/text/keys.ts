import type { Command } from '../keys/commands.ts'
import { t, translator } from './i18n.ts'
import { KEY_MESSAGES } from './key-messages.ts'
import type { MESSAGES } from './messages.ts'

/** As `t`, for {@link KEY_MESSAGES}. */
export const tellKeys = translator(KEY_MESSAGES)

/** Commands that are called what their buttons say. */
const ON_BUTTONS: Readonly<Record<string, keyof typeof MESSAGES>> = {
  save: 'keys.save',
  palette: 'keys.palette',
  projects: 'app.projects',
  settings: 'app.settings',
  language: 'app.language',
}

/** What a command is called. */
export function titleOf({ id }: Command): string {
  const onButton = ON_BUTTONS[id]
  return onButton === undefined ? tellKeys(id as keyof typeof KEY_MESSAGES) : t(onButton)
}
