export { CSVWriter } from './csv-writer.ts'
export type { CSVWriterOptions } from './options.ts'
