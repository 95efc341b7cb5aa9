import type { ReportLevel } from '../contract/report.ts'
import type { Delivery } from './outbox.ts'

/** How each channel fared, in a line each, for the end of a run. */
export function deliveryReport(deliveries: readonly Delivery[]): { level: ReportLevel; message: string }[] {
  const channels = [...new Set(deliveries.map(({ channel }) => channel))]
  return channels.map((channel) => {
    const own = deliveries.filter((delivery) => delivery.channel === channel)
    const waiting = own.filter(({ state }) => state === 'waiting')
    const lost = own.filter(({ state }) => state === 'given up')
    const parts = [
      count(own.filter(({ state }) => state === 'sent').length, 'sent'),
      count(own.filter(({ attempts }) => attempts > 1).length, 'retried'),
      count(waiting.length, 'waiting; tried again for up to an hour'),
      count(lost.length, 'given up'),
    ].filter((part) => part !== undefined)
    const slowest = Math.max(...own.map(({ took }) => took))
    const why = [...lost, ...waiting][0]?.reason
    const message = `${channel}: ${parts.join(', ')} (${(slowest / 1000).toFixed(1)} s)${why ? `. ${why}` : ''}`
    return { level: waiting.length + lost.length > 0 ? 'warn' : 'info', message }
  })
}

function count(number: number, what: string): string | undefined {
  return number > 0 ? `${number} ${what}` : undefined
}
