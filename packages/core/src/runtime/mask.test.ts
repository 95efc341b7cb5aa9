import { describe, expect, test } from 'vitest'
import { maskCommand, maskText, secretsOf } from './mask.ts'

describe('a command line', () => {
  test.each([
    ['--api-key=s3cr3t', '--api-key=****'],
    ['--apiKey=s3cr3t', '--apiKey=****'],
    ['--openaiApiKey=s3cr3t', '--openaiApiKey=****'],
    ['-token=s3cr3t', '-token=****'],
    ['--slack.webhook-url=s3cr3t', '--slack.webhook-url=****'],
    ['--smtp_pass=a=b=s3cr3t', '--smtp_pass=****'],
    ['db.password=s3cr3t', 'db.password=****'],
    ['OPENAI_API_KEY=s3cr3t', 'OPENAI_API_KEY=****'],
    ['--password s3cr3t', '--password ****'],
    ['--password -s3cr3t', '--password ****'],
    ['--token s3cr3t --token s3cr3t next', '--token **** --token **** next'],
    ['--push-to https://me:s3cr3t@host/path', '--push-to https://host/path'],
    ['--db=postgres://me:s3cr3t@host/db', '--db=postgres://host/db'],
    ['--url=https://host/?a=1&access_token=s3cr3t&b=2', '--url=https://host/?a=1&access_token=****&b=2'],
  ])('%s', (given, shown) => {
    expect(maskCommand(given.split(' '))).toBe(shown)
  })

  test.each([
    'node train.js --lr 0.1 --epochs=3',
    '--tokenizer bert --max-tokens 512 --monkey=1',
    '--keyboard=us --author me --compass north',
    '--password --verbose 3',
    './data/key=1/part.csv',
    'https://host/path?page=2&q=secretary',
    'git@github.com:me/cats.git',
  ])('%s holds no secret', (line) => {
    expect(maskCommand(line.split(' '))).toBe(line)
  })

  test('does not show the secrets of the environment, the longest first', () => {
    const secrets = ['hunter22', 'hunter22-and-more', 'a']
    expect(maskCommand(['--x=hunter22-and-more', 'hunter22', 'a'], secrets)).toBe('--x=**** **** a')
  })
})

test.each([
  'https://hooks.slack.com/services/T0/B0/s3cr3t',
  'https://discord.com/api/webhooks/1/s3cr3t',
  'https://canary.discord.com/api/v10/webhooks/1/s3cr3t',
  'https://discordapp.com/api/webhooks/1/s3cr3t',
  'https://api.telegram.org/bot12:s3cr3t/sendMessage',
  'https://open.feishu.cn/open-apis/bot/v2/hook/s3cr3t',
  'https://open.larksuite.com/open-apis/bot/v2/hook/s3cr3t',
  'https://oapi.dingtalk.com/robot/send?access_token=s3cr3t',
  'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=s3cr3t',
  'https://acme.webhook.office.com/webhookb2/s3cr3t',
])('the webhook %s is a secret as a whole', (url) => {
  expect(maskText(`posting to "${url}" failed`)).toBe('posting to "****" failed')
})

test.each([
  ['--header', 'X-Api-Key: s3cr3t', '--header X-Api-Key: ****'],
  ['-H', 'Authorization: Bearer s3cr3t-s3cr3t', '-H Authorization: ****'],
  ['--config', '{"api_key": "s3cr3t", "lr": 1}', '--config {"api_key": "****", "lr": 1}'],
])('%s %s', (flag, value, shown) => {
  expect(maskCommand([flag, value])).toBe(shown)
})

test.each([
  ['got 401 for Authorization: Basic czNjcjN0', 'got 401 for Authorization: ****'],
  ['sent "bearer s3cr3t-s3cr3t" twice', 'sent "bearer ****" twice'],
  ['Incorrect API key: sk-proj-abcdefghij0123456789', 'Incorrect API key: ****'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789 is no user', '**** is no user'],
  ['hf_abcdefghijklmnopqrstuvwxyz', '****'],
  ['xoxb-123456789012-abcdef', '****'],
  ['AKIAIOSFODNN7EXAMPLE', '****'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN', '****'],
])('of the text %j a secret is not shown', (text, shown) => {
  expect(maskText(text)).toBe(shown)
})

test.each([
  'Unexpected token: }',
  'a basic training run',
  'task-scheduler-for-many-workers',
  'sk-learn-ensemble-classifier',
])('the text %j holds no secret', (text) => {
  expect(maskText(text)).toBe(text)
})

test('an address keeps what is no secret', () => {
  expect(maskText('ssh://git:s3cr3t@host:22/a@b')).toBe('ssh://host:22/a@b')
  expect(maskText('see https://a:b@x.y/z and http://u@w/')).toBe('see https://x.y/z and http://w/')
})

test('secrets of the environment go by their names; the working directory is none', () => {
  const env = {
    ...{
      SWANLAB_API_KEY: 'k',
      SMTP_PASS: 'p',
      GITHUB_TOKEN: 't',
      SLACK_WEBHOOK_URL: 'w',
      GH_PAT: 'g',
      dbPassword: 'd',
    },
    ...{ PWD: '/home/me', OLDPWD: '/', PATH: '/bin', TOKENIZERS_PARALLELISM: 'true', KEYBOARD: 'us', EMPTY_KEY: '' },
    ...{ UNSET_KEY: undefined },
  }
  expect(secretsOf(env)).toEqual(['k', 'p', 't', 'w', 'g', 'd'])
})

test('a hostile text takes time in proportion to its length', () => {
  const start = performance.now()
  for (const part of ['a', '://', '?', '&key', 'x-', '@'])
    maskCommand([part.repeat(100_000), `--${part.repeat(100_000)}=1`], ['secret'])
  expect(performance.now() - start).toBeLessThan(1_000)
})
