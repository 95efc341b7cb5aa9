import { init } from 'swanlab'
import { EmailCallback } from '@swanlab/plugin-email'

// EMAIL, EMAIL_PASSWORD and SMTP_SERVER must be set. The mail comes however this ends: also with process.exit(3), with
// an exception, or with kill -9.
const { EMAIL = 'me@example.com', EMAIL_PASSWORD = '', SMTP_SERVER = 'smtp.gmail.com' } = process.env

const email = new EmailCallback({
  senderEmail: EMAIL,
  receiverEmail: EMAIL,
  password: EMAIL_PASSWORD,
  smtpServer: SMTP_SERVER,
})
const run = await init({ project: 'email', mode: 'offline', callbacks: [email] })

for (let step = 0; step < 20; step++) run.log({ loss: 1 / (step + 1) })
if (process.argv.includes('--crash')) throw new Error('this is what a crash looks like')
