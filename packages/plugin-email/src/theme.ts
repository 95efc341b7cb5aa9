import type { Tone } from '@swanlab/notification'

/** Background of the title, dark enough for white letters (contrast of 4.5 and more). */
export const TONES: Readonly<Record<Tone, string>> = {
  good: '#15803d',
  bad: '#c81e1e',
  warning: '#b45309',
  neutral: '#1d4ed8',
}

const SANS =
  '-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica Neue,Arial,PingFang SC,Microsoft YaHei,' +
  'Noto Sans CJK SC,sans-serif'
const MONO = 'ui-monospace,SFMono-Regular,Menlo,Consolas,Liberation Mono,monospace'
const INK = 'color:#1f2937'
const DIM = 'color:#6b7280'
const WHITE = 'color:#ffffff'
const RULE = 'border-bottom:1px solid #e5e7eb'
const WRAP = 'word-break:break-word;overflow-wrap:anywhere'
const PLAIN = 'text-decoration:none'
const TOP = 'vertical-align:top'

type Part =
  | 'page'
  | 'card'
  | 'title'
  | 'brand'
  | 'heading'
  | 'body'
  | 'sentence'
  | 'section'
  | 'table'
  | 'label'
  | 'value'
  | 'columnKey'
  | 'column'
  | 'cellKey'
  | 'cell'
  | 'configKey'
  | 'configValue'
  | 'muted'
  | 'note'
  | 'error'
  | 'errorName'
  | 'stack'
  | 'button'
  | 'footer'

/** Styles stand in the elements, for the mail programs that read no style sheet. */
export const STYLES: Readonly<Record<Part, string>> = {
  page: `margin:0;padding:0;background:#f3f4f6;${INK};font:15px/1.5 ${SANS}`,
  card: 'max-width:600px;background:#ffffff;border-radius:12px;overflow:hidden;border-collapse:separate',
  title: `padding:24px 28px;${WHITE}`,
  brand: `${WHITE};opacity:.85;font:600 12px/1.4 ${SANS};letter-spacing:.06em`,
  heading: `margin:4px 0 0;${WHITE};font:600 22px/1.3 ${SANS};${WRAP}`,
  body: 'padding:24px 28px 28px',
  sentence: `margin:0 0 14px;${INK};font:16px/1.55 ${SANS};${WRAP}`,
  section: `margin:28px 0 8px;${DIM};font:600 12px/1.4 ${SANS};letter-spacing:.06em`,
  table: 'width:100%;border-collapse:collapse',
  label: `padding:5px 16px 5px 0;${DIM};font:14px/1.5 ${SANS};${TOP};white-space:nowrap;width:1%`,
  value: `padding:5px 0;${INK};font:14px/1.5 ${SANS};${TOP};${WRAP}`,
  columnKey: `padding:6px 12px 6px 0;${DIM};font:12px/1.4 ${SANS};text-align:left;${RULE}`,
  column: `padding:6px 0 6px 18px;${DIM};font:12px/1.4 ${SANS};text-align:right;${RULE}`,
  cellKey: `padding:7px 12px 7px 0;${INK};font:13px/1.5 ${MONO};${RULE};${WRAP}`,
  cell: `padding:7px 0 7px 18px;${INK};font:13px/1.5 ${MONO};text-align:right;white-space:nowrap;${RULE}`,
  configKey: `padding:7px 12px 7px 0;${DIM};font:13px/1.5 ${MONO};${TOP};width:38%;${RULE};${WRAP}`,
  configValue: `padding:7px 0;${INK};font:13px/1.5 ${MONO};${TOP};${RULE};${WRAP}`,
  muted: `margin:8px 0 0;${DIM};font:13px/1.5 ${SANS}`,
  note: `margin:4px 0 0;${INK};font:14px/1.5 ${SANS};${WRAP}`,
  error: 'padding:14px 16px;background:#fef2f2;border-left:3px solid #c81e1e;border-radius:6px',
  errorName: `color:#991b1b;font:600 13px/1.5 ${MONO};${WRAP}`,
  stack: `margin:8px 0 0;color:#7f1d1d;font:12px/1.6 ${MONO};white-space:pre-wrap;${WRAP}`,
  button: `display:inline-block;padding:11px 22px;border-radius:8px;${WHITE};font:600 15px/1.3 ${SANS};${PLAIN}`,
  footer: `padding:16px 12px 0;${DIM};font:12px/1.5 ${SANS};text-align:center`,
}

/** Dark colours, and metrics that fit on a phone. A mail program that drops the style sheet loses nothing else. */
export const STYLE_SHEET = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width: 480px){
.pad{padding-left:18px!important;padding-right:18px!important}
.row{display:flex!important;flex-wrap:wrap}
.row .key{flex:1 0 100%;padding-right:0!important;padding-bottom:0!important;border-bottom:0!important}
th.key{display:none!important}
.row .num{flex:1 0 0;padding-left:6px!important;font-size:12px!important}
}
@media (prefers-color-scheme: dark){
.page{background:#0f1115!important}
.card{background:#1b1e24!important}
.ink{color:#e5e7eb!important}
.dim{color:#9aa4b2!important}
.rule{border-bottom-color:#2c313a!important}
.error{background:#2b1a1d!important;border-left-color:#ef5350!important}
.error-ink{color:#f5b5b5!important}
}`
