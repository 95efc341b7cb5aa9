import type { Alert, ErrorInfo, InitInfo, RuntimeInfo } from '../contract/payloads.ts'
import type { Redactor } from './redactor.ts'

export function redactError({ name, message, stack }: ErrorInfo, redactor: Redactor): ErrorInfo {
  return Object.freeze({
    name: redactor.text(name, 'error.name'),
    message: redactor.text(message, 'error.message'),
    ...(stack !== undefined && { stack: redactor.text(stack, 'error.stack') }),
  })
}

export function redactAlert(alert: Alert, redactor: Redactor): Alert {
  const { title, text, rule } = alert
  return Object.freeze({
    ...alert,
    title: redactor.text(title, 'alert.title'),
    text: redactor.text(text, 'alert.text'),
    ...(rule !== undefined && { rule: redactor.text(rule, 'alert.rule') }),
  })
}

/** What is known of a run that starts. Names by which it is found stay: id, project, workspace, folders and addresses. */
export function redactInfo<T extends Pick<InitInfo, 'experimentName' | 'description' | 'tags'>>(
  info: T,
  { text }: Redactor,
): T {
  const { experimentName, description, tags } = info
  return {
    ...info,
    ...(experimentName !== undefined && { experimentName: text(experimentName, 'experimentName') }),
    ...(description !== undefined && { description: text(description, 'description') }),
    tags: Object.freeze(tags.map((tag, at) => text(tag, `tags.${at}`))),
  }
}

/** What a run learnt about itself or its machine, but for the configuration, which is redacted where it is kept. */
export function redactRuntime(info: RuntimeInfo, { json, text }: Redactor): RuntimeInfo {
  const { metadata, requirements } = info
  return {
    ...info,
    ...(metadata && { metadata: json(metadata, 'metadata') }),
    ...(requirements !== undefined && { requirements: text(requirements, 'requirements') }),
  }
}
