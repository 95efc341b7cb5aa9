import { translator } from './i18n.ts'
import { SCREEN_MESSAGES } from './screen-messages.ts'

/** As `t`, for {@link SCREEN_MESSAGES}. */
export const say = translator(SCREEN_MESSAGES)
