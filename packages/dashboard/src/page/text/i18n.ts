import { language } from '../state/preferences.ts'
import { fill, type Messages, type Values } from './fill.ts'
import { MESSAGES } from './messages.ts'

/** Says one of `messages` in the language that is set; whoever calls it in a component or an effect is updated with it. */
export function translator<Key extends string>(messages: Messages<Key>): (key: Key, values?: Values) => string {
  return (key, values = {}) => fill(messages[key][language.value === 'zh' ? 1 : 0], values, language.value)
}

export const t = translator(MESSAGES)
