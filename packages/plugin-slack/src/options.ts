import { isIPv4 } from 'node:net'
import type { OptionChecks } from '@swanlab/core'
import { NOTIFICATION_CHECKS, type NotificationOptions } from '@swanlab/notification'
import type { FetchFunction } from '@slack/webhook'

/** Options of a `SlackCallback`. Source: `SlackCallback` of SwanLab, in camel case. */
export interface SlackOptions extends NotificationOptions {
  /** Incoming webhook, `https://hooks.slack.com/services/…`. Whoever knows it can post: it is a secret. */
  readonly webhookUrl: string
  /** Sends the request; a proxy goes here. Default: the global `fetch`. */
  readonly fetch?: FetchFunction | undefined
}

export const SLACK_CHECKS: OptionChecks<SlackOptions> = {
  webhookUrl: [
    'an https URL of an incoming webhook (plain http only on this machine)',
    isWebhookUrl,
    { required: true, secret: true },
  ],
  fetch: ['a function', (value) => typeof value === 'function'],
  ...NOTIFICATION_CHECKS,
}

// The libraries beneath quote a URL that they cannot use; so they never get to see one.
function isWebhookUrl(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 2000 || !URL.canParse(value)) return false
  const { protocol, hostname, username, password } = new URL(value)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'))
}
