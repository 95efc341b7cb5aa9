import { ACCOUNT_MESSAGES } from './account-messages.ts'
import { translator } from './i18n.ts'

/** As `t`, for {@link ACCOUNT_MESSAGES}. */
export const tell = translator(ACCOUNT_MESSAGES)
