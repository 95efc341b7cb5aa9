/** 9999-12-31T23:59:59.999Z: what comes later has no date in RFC 3339, and servers refuse it. */
const LATEST = 253_402_300_799_999
/** 0000-01-01T00:00:00Z. */
const EARLIEST = -62_167_219_200_000

/** Whether a value is a time in milliseconds since 1970 that has a date with a year of four digits. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= EARLIEST && value <= LATEST
}
