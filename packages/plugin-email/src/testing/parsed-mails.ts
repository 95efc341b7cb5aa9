import type { SmtpServer } from '@swanlab/core/testing'
import { type ParsedMail, simpleParser } from 'mailparser'

/** The mails that have arrived, taken or not, as their readers see them. */
export function parsedMails({ mails }: SmtpServer): Promise<ParsedMail[]> {
  return Promise.all(mails.map(({ raw }) => simpleParser(raw)))
}
