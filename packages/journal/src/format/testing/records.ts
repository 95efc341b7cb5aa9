import * as fc from 'fast-check'
import { encodeLog, encodeRecord, type JournalRecord } from '../records.ts'

const LOG = { type: 'log', step: 3, time: 4, data: { loss: 1 } }

/** Texts that look like parts of a journal. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    '\n',
    '\u0000',
    '{"type":"log","step":1,"time":1,"data":{}}\n',
    '"}{"type":"finish",',
    '损失 🦢',
    ':null',
  ),
)
const count = fc.nat(2 ** 40)
/** Configurations hold whatever they like, also what would be a record elsewhere. */
const config = fc.oneof(
  fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }),
  fc.constantFrom({ ...LOG }, { a: LOG }, { list: [LOG, LOG] }, { layers: [{ type: 'conv' }, LOG] }),
)
const run = fc.record({
  id: text,
  project: text,
  experimentName: text,
  mode: fc.constantFrom('cloud', 'offline', 'local'),
  logdir: text,
  startTime: count,
  resumed: fc.boolean(),
  colors: fc.constant(['#528d59', '#528d59']),
  config,
  tags: fc.array(text, { maxLength: 2 }),
  callbacks: fc.constantFrom([], [{ name: 'email', place: 'resident' }]),
})
const identity = fc.record({ pid: fc.nat(), host: text })

const kinds: Record<JournalRecord['type'], fc.Arbitrary<object>> = {
  header: fc.record({ format: fc.constant(1), time: count, run, process: identity }),
  resume: fc.record({ time: count, run, process: identity }),
  log: fc.record({
    step: count,
    time: count,
    data: fc.dictionary(text, fc.double(), { maxKeys: 4, noNullPrototype: true }),
  }),
  column: fc.record({
    key: text,
    index: fc.nat(),
    kind: fc.constant('scalar'),
    section: text,
    step: count,
    time: count,
  }),
  media: fc.record({ key: text, step: count, time: count, data: fc.array(text, { maxLength: 3 }) }),
  console: fc.record({ line: count, level: fc.constantFrom('info', 'warn', 'error'), text, time: count }),
  config: fc.record({ time: count, config }),
  metadata: fc.record({ time: count, metadata: config }),
  requirements: fc.record({ time: count, requirements: text }),
  alert: fc.record({ title: text, text, level: fc.constantFrom('info', 'warn', 'error'), time: count }),
  finish: fc.record({
    time: count,
    state: fc.constantFrom('finished', 'crashed'),
    duration: count,
    steps: count,
    losses: fc.constant({}),
  }),
}

/** Any record, as reading gives it back. */
export const anyRecord: fc.Arbitrary<JournalRecord> = fc
  .oneof(...Object.entries(kinds).map(([type, fields]) => fields.map((record) => ({ type, ...record }))))
  .map((record) => asRead(record as unknown as JournalRecord))

export function encode(record: JournalRecord): string {
  return record.type === 'log' ? encodeLog(record) : encodeRecord(record)
}

/** JSON knows one zero, and no prototypes. */
function asRead(record: JournalRecord): JournalRecord {
  if (record.type !== 'log') return JSON.parse(JSON.stringify(record)) as JournalRecord
  return { ...record, data: Object.fromEntries(Object.entries(record.data).map(([key, value]) => [key, value + 0])) }
}
