import type {
  ConfigRow,
  ErrorSection,
  Fact,
  MetricRow,
  MetricSection,
  Notification,
  Section,
} from '@swanlab/notification'
import { html, Markup } from './markup.ts'
import { STYLE_SHEET, STYLES, TONES } from './theme.ts'

/**
 * A notification as an HTML page for mail programs: tables and inline styles, nothing to load, readable at 320 pixels,
 * light and dark.
 */
export function renderHtml(notification: Notification): string {
  const { language, subject, sentence } = notification
  return html`<!doctype html>
    <html lang="${language === 'zh' ? 'zh-CN' : language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${subject}</title>
        <style>
          ${new Markup(STYLE_SHEET)}
        </style>
      </head>
      <body class="page" style="${STYLES.page}">
        <div style="display:none;max-height:0;overflow:hidden">${sentence.slice(0, 200)}</div>
        <table
          role="presentation"
          class="page"
          width="100%"
          cellpadding="0"
          cellspacing="0"
          border="0"
          style="${STYLES.page}"
        >
          <tr>
            <td align="center" style="padding:24px 12px 32px">
              <!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
              <table
                role="presentation"
                class="card"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                border="0"
                style="${STYLES.card}"
              >
                ${title(notification)}
                <tr>
                  <td class="pad" style="${STYLES.body}">${body(notification)}</td>
                </tr>
              </table>
              <!--[if mso]></td></tr></table><![endif]-->
              <div class="dim" style="${STYLES.footer}">${notification.footer}</div>
            </td>
          </tr>
        </table>
      </body>
    </html> `.toString()
}

function title({ tone, title: text }: Notification): Markup {
  const color = TONES[tone]
  return html`<tr>
    <td class="pad" bgcolor="${color}" style="${STYLES.title};background:${color}">
      <div style="${STYLES.brand}">SwanLab</div>
      <h1 style="${STYLES.heading}">${text}</h1>
    </td>
  </tr>`
}

function body(notification: Notification): Markup {
  const { sentence, facts, error, terminal, metrics, config, notes } = notification
  return html`<p class="ink" style="${STYLES.sentence}">${lines(sentence)}</p>
    ${table(
      facts.filter(({ key }) => key !== 'link'),
      factRow,
    )}
    ${error && errorBlock(error)} ${terminal && section(terminal, terminalBlock)} ${button(notification)}
    ${metrics && metricTable(metrics)} ${config && section(config, (rows) => table(rows, configRow))}
    ${notes && section(notes, (rows) => html`${rows.map(noteLine)}`)}`
}

function table<Row>(rows: readonly Row[], row: (row: Row) => Markup, head?: Markup): Markup {
  if (rows.length === 0) return html``
  return html`<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="${STYLES.table}">
    ${head}${rows.map(row)}
  </table>`
}

function section<Row>(list: Section<Row>, content: (rows: readonly Row[]) => Markup): Markup {
  return html`${heading(list.heading)} ${content(list.rows)}
  ${list.more === undefined ? undefined : html`<p class="dim" style="${STYLES.muted}">${list.more}</p>`}`
}

function heading(text: string): Markup {
  return html`<h2 class="dim" style="${STYLES.section}">${text}</h2>`
}

function factRow({ label, value }: Fact): Markup {
  return html`<tr>
    <td class="dim" style="${STYLES.label}">${label}</td>
    <td class="ink" style="${STYLES.value}">${value}</td>
  </tr> `
}

function configRow({ key, value }: ConfigRow): Markup {
  return html`<tr>
    <td class="dim rule" style="${STYLES.configKey}">${key}</td>
    <td class="ink rule" style="${STYLES.configValue}">${value}</td>
  </tr> `
}

function noteLine(note: string): Markup {
  return html`<p class="ink" style="${STYLES.note}">${note}</p>`
}

function metricTable(metrics: MetricSection): Markup {
  const { key, last, min, max } = metrics.columns
  const head = html`<tr class="row">
    <th class="dim rule key" style="${STYLES.columnKey}">${key}</th>
    ${[last, min, max].map(columnName)}
  </tr> `
  return section(metrics, (rows) => table(rows, metricRow, head))
}

function columnName(text: string): Markup {
  return html`<th class="dim rule num" style="${STYLES.column}">${text}</th>`
}

function metricRow({ key, last, min = '', max = '' }: MetricRow): Markup {
  return html`<tr class="row">
    <td class="ink rule key" style="${STYLES.cellKey}">${key}</td>
    ${[last, min, max].map(numberCell)}
  </tr> `
}

function numberCell(text: string): Markup {
  return html`<td class="ink rule num" align="right" style="${STYLES.cell}">${text}</td>`
}

function errorBlock(error: ErrorSection): Markup {
  const stack = error.stackTail && html`<pre class="error-ink" style="${STYLES.stack}">${error.stackTail}</pre>`
  return html`${heading(error.heading)}
    <div class="error" style="${STYLES.error}">
      <div class="error-ink" style="${STYLES.errorName}">${lines(`${error.name}: ${error.message}`)}</div>
      ${stack}
    </div>`
}

function terminalBlock(rows: readonly string[]): Markup {
  return html`<pre class="ink" style="${STYLES.stack}">${rows.join('\n')}</pre>`
}

function button({ link, tone }: Notification): Markup | undefined {
  if (!link || !/^https?:\/\//i.test(link.url)) return undefined
  const color = TONES[tone]
  return html`<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0 0">
    <tr>
      <td bgcolor="${color}" style="border-radius:8px;background:${color}">
        <a href="${link.url}" style="${STYLES.button}">${link.label}</a>
      </td>
    </tr>
  </table>`
}

function lines(text: string): Markup {
  return html`${text.split('\n').map((line, index) => (index === 0 ? html`${line}` : html`<br />${line}`))}`
}
