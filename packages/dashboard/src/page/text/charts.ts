import { translator } from './i18n.ts'
import { CHART_MESSAGES } from './chart-messages.ts'

/** As `t`, for {@link CHART_MESSAGES}. */
export const tell = translator(CHART_MESSAGES)
