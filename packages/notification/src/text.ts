import type { MetricRow, MetricSection, Notification, Section } from './notification.ts'

/** A notification as plain text, for receivers that know no markup. It is not escaped. */
export function plainText(notification: Notification): string {
  const { sentence, facts, error, terminal, metrics, config, notes, footer } = notification
  return [
    sentence,
    facts.map(({ label, value }) => `${label}: ${value}`).join('\n'),
    error &&
      [error.heading, `${error.name}: ${error.message}`, ...(error.stackTail ? [error.stackTail] : [])].join('\n'),
    terminal && [terminal.heading, ...terminal.rows].join('\n'),
    metrics && list(metrics, (row) => metricLine(row, metrics.columns)),
    config && list(config, ({ key, value }) => `${key}: ${value}`),
    notes && list(notes, (note) => note),
    footer,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('\n\n')
}

function list<Row>(section: Section<Row>, line: (row: Row) => string): string {
  return [
    section.heading,
    ...section.rows.map((row) => `- ${line(row)}`),
    ...(section.more ? [section.more] : []),
  ].join('\n')
}

function metricLine({ key, last, min, max }: MetricRow, columns: MetricSection['columns']): string {
  const range = [min && `${columns.min} ${min}`, max && `${columns.max} ${max}`].filter(Boolean).join(', ')
  return `${key}: ${last}${range && ` (${range})`}`
}
