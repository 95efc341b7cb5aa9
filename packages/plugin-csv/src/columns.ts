const PREFIX = 'metric/'

/**
 * The column of a metric: its key, or `metric/<key>` when that name belongs to another kind of column. Different keys
 * get different columns.
 */
export function metricColumn(key: string, isReserved: (name: string) => boolean): string {
  let rest = key
  while (rest.startsWith(PREFIX)) rest = rest.slice(PREFIX.length)
  return isReserved(rest) ? PREFIX + key : key
}
