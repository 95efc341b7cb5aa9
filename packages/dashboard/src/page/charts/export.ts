import { csvCell } from '../../export/csv-cell.ts'
import { getResponse } from '../api/client.ts'
import { download } from '../parts/download.ts'
import { drawnKeys, runOf } from '../state/runs.ts'
import { columnsOf } from '../state/details.ts'
import { logCharts, trimmedCharts, xAxis, yRanges } from '../state/view.ts'
import { formatShort, formatX } from '../text/format.ts'
import type { ChartData } from './chart-data.ts'
import type { DrawnLine } from './drawn-line.ts'
import { paint, type Frame2D, type Pen } from './paint.ts'
import type { Plot } from './plot.ts'
import { valueAt } from './scale.ts'
import { xScaleOf, yRangeOf } from './scales.ts'
import { nameOfLine, strokeOfLine } from './stroke-of-line.ts'
import { alertMarks } from './alert-marks.ts'

const LINE = 18

/** The chart as it is on the screen, with its name above and its runs below. */
export async function exportPng(name: string, data: ChartData, plot: Plot | null): Promise<void> {
  const source = plot?.canvas
  if (!source) return
  const ratio = devicePixelRatio
  const legend = legendOf(data.lines.peek())
  const rows = Math.ceil(legend.length / 3)
  const canvas = document.createElement('canvas')
  canvas.width = source.width
  canvas.height = source.height + (LINE * (rows + 1) + 12) * ratio
  const pen = canvas.getContext('2d')!
  const style = getComputedStyle(document.body)
  pen.fillStyle = style.backgroundColor
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(source, 0, LINE * ratio)
  pen.scale(ratio, ratio)
  pen.fillStyle = style.color
  pen.font = '600 13px system-ui, sans-serif'
  pen.fillText(name, 8, 14)
  pen.font = '12px system-ui, sans-serif'
  const column = canvas.width / ratio / 3
  for (const [at, { text, color, dash }] of legend.entries()) {
    const [x, y] = [8 + (at % 3) * column, source.height / ratio + LINE * (2 + Math.floor(at / 3))]
    pen.strokeStyle = color
    pen.lineWidth = 2
    pen.setLineDash([...dash])
    pen.beginPath()
    pen.moveTo(x, y - 4)
    pen.lineTo(x + 20, y - 4)
    pen.stroke()
    pen.fillText(text, x + 26, y, column - 34)
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve))
  if (blob) download(blob, fileName(name, 'png'))
}

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [800, 400, 60, 30, 30] as const

/** Lines as lines: for a paper, or to be drawn over. */
export function exportSvg(name: string, data: ChartData): void {
  const [lines, view] = [data.lines.peek(), data.view.peek()]
  if (!view) return
  const log = logCharts.peek().includes(name)
  const x = xScaleOf(view, data.logFrom.peek())
  const [low, high] = yRangeOf(lines, view, log, yRanges.peek().get(name), trimmedCharts.peek().includes(name))
  const y = { from: low, to: high, log }
  const legend = legendOf(lines)
  const [plotWidth, plotHeight] = [WIDTH - LEFT - 10, HEIGHT - TOP - BOTTOM]
  const at: Frame2D = { left: LEFT, top: TOP, width: plotWidth, height: plotHeight, x, y, ratio: 1 }
  const pen = new SvgPen()
  paint(pen, at, { lines, strokeOf: strokeOfLine, verticals: alertMarks() })
  const ticks = [0, 0.25, 0.5, 0.75, 1]
  const height = HEIGHT + LINE * legend.length
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<clipPath id="plot"><rect x="${LEFT}" y="${TOP}" width="${plotWidth}" height="${plotHeight}"/></clipPath>`,
    `<text x="8" y="18" font-size="13" font-weight="600">${escapeXml(name)}</text>`,
    ...ticks.map((part) => {
      const py = TOP + plotHeight * (1 - part)
      return `<path d="M${LEFT} ${py}H${WIDTH - 10}" stroke="#e2e2e0"/><text x="${LEFT - 6}" y="${py + 4}" text-anchor="end">${escapeXml(formatShort(valueAt(y, part)))}</text>`
    }),
    ...ticks.map((part) => {
      const px = LEFT + plotWidth * part
      const anchor = part === 0 ? 'start' : part === 1 ? 'end' : 'middle'
      return `<text x="${px}" y="${HEIGHT - 10}" text-anchor="${anchor}">${escapeXml(formatX(valueAt(x, part), xAxis.peek()))}</text>`
    }),
    `<g clip-path="url(#plot)">${pen.markup}</g>`,
    ...legend.map(({ text, color, dash }, row) => {
      const py = HEIGHT + 4 + LINE * row
      return `<path d="M${LEFT} ${py}h24" stroke="${color}" stroke-width="2" stroke-dasharray="${dash.join(' ')}"/><text x="${LEFT + 32}" y="${py + 4}">${escapeXml(text)}</text>`
    }),
    '</svg>',
  ]
  download(new Blob([parts.join('\n')], { type: 'image/svg+xml' }), fileName(name, 'svg'))
}

/** Every point of every run that is drawn, as the server reads them from the journals. */
export async function exportCsv(name: string): Promise<void> {
  const pieces: string[] = ['run,step,time,value\n']
  for (const run of drawnKeys.peek()) {
    if (!columnsOf(run).some(({ key }) => key === name)) continue
    const csv = await (await getResponse(`/runs/${encodeURIComponent(run)}/points`, { key: name })).text()
    const label = csvCell(runOf(run)?.name ?? run)
    const rows = csv.slice(csv.indexOf('\n') + 1)
    pieces.push(rows.replaceAll(/^(?=.)/gm, () => `${label},`))
  }
  download(new Blob(pieces, { type: 'text/csv' }), fileName(name, 'csv'))
}

interface LegendEntry {
  readonly text: string
  readonly color: string
  readonly dash: readonly number[]
}

function legendOf(lines: readonly DrawnLine[]): LegendEntry[] {
  const hasGroups = lines.some(({ group }) => group)
  return lines
    .filter(({ group }) => group || !hasGroups)
    .map((line) => ({ text: nameOfLine(line), ...strokeOfLine(line) }))
}

export function fileName(name: string, ending: string): string {
  return `${name.replaceAll(/[^\w.-]+/g, '_').slice(0, 100)}.${ending}`
}

function escapeXml(text: string): string {
  return text.replaceAll(/[<>&"'\p{Cc}]/gu, (one) => (one < ' ' ? '' : `&#${one.charCodeAt(0)};`))
}

/** Draws into the markup of an SVG. */
class SvgPen implements Pen {
  strokeStyle = ''
  fillStyle = ''
  lineWidth = 1
  globalAlpha = 1
  lineJoin: CanvasLineJoin = 'bevel'
  markup = ''
  #path = ''
  #dash = ''

  beginPath(): void {
    this.#path = ''
  }

  moveTo(x: number, y: number): void {
    this.#path += `M${round(x)} ${round(y)}`
  }

  lineTo(x: number, y: number): void {
    this.#path += `L${round(x)} ${round(y)}`
  }

  closePath(): void {
    this.#path += 'Z'
  }

  setLineDash(dash: Iterable<number>): void {
    this.#dash = [...dash].join(' ')
  }

  stroke(): void {
    if (this.#path === '') return
    const dash = this.#dash === '' ? '' : ` stroke-dasharray="${this.#dash}"`
    this.markup += `<path d="${this.#path}" fill="none" stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}" stroke-opacity="${this.globalAlpha}" stroke-linejoin="${this.lineJoin}"${dash}/>`
  }

  fill(): void {
    this.markup += `<path d="${this.#path}" fill="${this.fillStyle}" fill-opacity="${this.globalAlpha}"/>`
  }
}

function round(value: number): number {
  return Math.round(100 * value) / 100
}
