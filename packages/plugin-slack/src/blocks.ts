import type { IncomingWebhookSendArguments } from '@slack/webhook'
import { type MetricSection, type Notification, plainText } from '@swanlab/notification'

type Block = NonNullable<IncomingWebhookSendArguments['blocks']>[number]

// Limits of Block Kit (https://docs.slack.dev/reference/block-kit/blocks); Slack refuses the whole message beyond them.
const MAX_HEADER = 150
const MAX_SECTION = 3000
const MAX_FIELD = 2000
const MAX_FIELDS = 10
const MAX_BUTTON = 75
const MAX_URL = 3000
const MAX_BLOCKS = 50

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** A notification as a Slack message: blocks, and a plain text for previews and for programs that know no blocks. */
export function slackMessage(notification: Notification): IncomingWebhookSendArguments {
  const preview = notification.event === 'message' ? notification.sentence : previewOf(notification)
  return {
    text: escaped(preview, MAX_SECTION),
    blocks: blocksOf(notification),
    unfurl_links: false,
    unfurl_media: false,
  }
}

function previewOf(notification: Notification): string {
  return `${notification.subject}\n\n${plainText(notification)}`
}

function blocksOf(notification: Notification): Block[] {
  const { event, title, sentence, facts, error, terminal, metrics, config, notes, link, footer } = notification
  if (event === 'message') return present([paragraph(sentence)])
  return present([
    header(title),
    paragraph(sentence),
    ...fields(facts.filter(({ key }) => key !== 'link')),
    error && code(error.heading, `${error.name}: ${error.message}${error.stackTail ? `\n${error.stackTail}` : ''}`),
    terminal && code(terminal.heading, lastLines(terminal.rows)),
    metrics && code(metrics.heading, metricLines(metrics), metrics.more),
    config && code(config.heading, config.rows.map(({ key, value }) => `${key}: ${value}`).join('\n'), config.more),
    notes && context([...notes.rows, ...(notes.more === undefined ? [] : [notes.more])].join('\n')),
    link && button(link),
    context(footer),
  ])
}

function present(blocks: readonly (Block | undefined)[]): Block[] {
  return blocks.filter((block) => block !== undefined).slice(0, MAX_BLOCKS)
}

function header(text: string): Block {
  return { type: 'header', text: { type: 'plain_text', text: escaped(text, MAX_HEADER), emoji: false } }
}

// An empty text is refused as well; an alert may have one.
function paragraph(text: string): Block | undefined {
  if (text === '') return undefined
  return { type: 'section', text: { type: 'plain_text', text: escaped(text, MAX_SECTION), emoji: false } }
}

function fields(facts: Notification['facts']): Block[] {
  const texts = facts.map(({ label, value }) => mrkdwn(`*${escaped(label, 100)}*\n${escaped(value, MAX_FIELD - 200)}`))
  const sections: Block[] = []
  for (let from = 0; from < texts.length; from += MAX_FIELDS) {
    sections.push({ type: 'section', fields: texts.slice(from, from + MAX_FIELDS) })
  }
  return sections
}

function code(heading: string, text: string, more = ''): Block {
  const title = `*${escaped(heading, 100)}*\n`
  const rest = more && `\n_${escaped(more, 100)}_`
  const room = MAX_SECTION - title.length - rest.length
  return { type: 'section', text: mrkdwn(`${title}${codeBlock(text, room)}${rest}`) }
}

/** As many of the last lines as there is room for. */
function lastLines(rows: readonly string[]): string {
  let room = MAX_SECTION - 200
  const from = rows.findLastIndex((row) => (room -= escaped(row, MAX_SECTION).length + 1) < 0)
  return rows.slice(Math.min(from + 1, rows.length - 1)).join('\n')
}

function context(text: string): Block {
  return { type: 'context', elements: [{ type: 'plain_text', text: escaped(text, MAX_FIELD), emoji: false }] }
}

function button({ label, url }: NonNullable<Notification['link']>): Block | undefined {
  if (url.length > MAX_URL || !/^https?:\/\//i.test(url)) return undefined
  const text = { type: 'plain_text' as const, text: escaped(label, MAX_BUTTON), emoji: false }
  return { type: 'actions', elements: [{ type: 'button', text, url }] }
}

// Verbatim: Slack must not look for names of channels and people in what a program wrote.
function mrkdwn(text: string): { type: 'mrkdwn'; text: string; verbatim: true } {
  return { type: 'mrkdwn', text, verbatim: true }
}

function metricLines({ columns, rows }: MetricSection): string {
  const cells = [columns, ...rows].map(({ key, last, min = '', max = '' }) => [key, last, min, max])
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')
  return cells.map(line).join('\n')
}

/**
 * Text that Slack shows as it is: mentions, channels and links in it stay letters, and it opens no code block. Cut to
 * `max` characters as Slack counts them, after escaping and never inside an entity.
 *
 * Source: https://docs.slack.dev/messaging/formatting-message-text
 */
export function escaped(text: string, max: number): string {
  let result = ''
  for (const character of text.slice(0, max).replaceAll('```', '`\u200B`\u200B`')) {
    const next = ENTITIES[character] ?? character
    if (result.length + next.length > max - 1) return `${result}…`
    result += next
  }
  return result
}

export function codeBlock(text: string, max: number): string {
  return `\`\`\`\n${escaped(text, max - 8)}\n\`\`\``
}
