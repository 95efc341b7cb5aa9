import { translator } from './i18n.ts'
import { SAVE_MESSAGES } from './save-messages.ts'

/** As `t`, for {@link SAVE_MESSAGES}. */
export const tell = translator(SAVE_MESSAGES)
