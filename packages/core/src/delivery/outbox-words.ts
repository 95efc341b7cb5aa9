/** The event of which there is always news, however many others there were. */
export const END = 'ended'
const TOO_LATE = 'the time for delivery is over'

/** What a notification is about. */
export function eventInWords(event: string): string {
  if (event === END) return 'the news of the end'
  if (/^alert-.*\D/.test(event)) return "a callback's alert"
  return event === 'started' ? 'the news of the start' : event.replace('-', ' ')
}

/** @param failure - Why the last attempt failed. */
export function tooLate(failure: string | undefined): string {
  return failure === undefined ? TOO_LATE : `${failure} (${TOO_LATE})`
}
