export { clock, type Clock } from './testing/clock.ts'
export { httpServer, type HttpAnswer, type HttpRequest, type HttpServer, type HttpStep } from './testing/http-server.ts'
export { recorder, type PayloadOfMoment, type RecordedMoment, type Recorder } from './testing/recorder.ts'
export {
  smtpServer,
  type SmtpCommand,
  type SmtpLogin,
  type SmtpMail,
  type SmtpRefusal,
  type SmtpServer,
  type SmtpServerOptions,
  type SmtpStep,
} from './testing/smtp-server.ts'
export { testRun, type TestRun, type TestRunOptions, type TestStopRequest } from './testing/test-run.ts'
export type { Actions, DrivePlace, Observe, Places, RecordedRun } from './testing/check-places.ts'
export { conforms, type Conformance, type ConformOptions } from './testing/conforms.ts'
export type { KeptRecord, RunStorage } from './testing/recorder-bench.ts'
export type { MakeCallback } from './testing/conform-subject.ts'
export { journals, type Journals } from './testing/journals.ts'
export { sampleAlert, sampleOutcome, sampleRun, sampleSummary } from './testing/samples.ts'
