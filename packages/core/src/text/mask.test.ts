import { describe, expect, test } from 'vitest'
import { createMask, maskJson, maskText, secretsOf, unmistakable } from './mask.ts'
import { startCpuTimer } from '../data/testing/cpu-timer.ts'

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
    ['-k s3cr3tkey0', '-k ****'],
    ['-ks3cr3tkey0', '-k****'],
    ['--api-key s3cr3t --lr 1', '--api-key **** --lr 1'],
    ['--push-to https://me:s3cr3t@host/path', '--push-to https://host/path'],
    ['--db=postgres://me:s3cr3t@host/db', '--db=postgres://host/db'],
    ['--url=https://host/?a=1&access_token=s3cr3t&b=2', '--url=https://host/?a=1&access_token=****&b=2'],
  ])('%s', (given, shown) => {
    expect(createMask([]).command(given.split(' '))).toBe(shown)
  })

  test.each([
    'node train.js --lr 0.1 --epochs=3',
    '--tokenizer bert --max-tokens 512 --monkey=1',
    '--keyboard=us --author me --compass north',
    '--password --verbose 3',
    '-k 5 -k top -k=3 --pad-token <pad>',
    './data/key=1/part.csv',
    'https://host/path?page=2&q=secretary',
    'git@github.com:me/cats.git',
  ])('%s holds no secret', (line) => {
    expect(createMask([]).command(line.split(' '))).toBe(line)
  })

  test('does not show the secrets of the environment, the longest first', () => {
    const secrets = ['hunter22', 'hunter22-and-more', 'a']
    expect(createMask(secrets).command(['--x=hunter22-and-more', 'hunter22', 'a'])).toBe('--x=**** **** a')
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
  expect(createMask([]).command([flag, value])).toBe(shown)
})

test.each([
  ['got 401 for Authorization: Basic czNjcjN0', 'got 401 for Authorization: ****'],
  ['sent "bearer s3cr3t-s3cr3t" twice', 'sent "bearer ****" twice'],
  ['Incorrect API key: sk-proj-abcdefghij0123456789', 'Incorrect API key: ****'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789 is no user', '**** is no user'],
  ['hf_abcdefghijklmnopqrstuvwxyz', '****'],
  ['xoxb-123456789012-abcdef', '****'],
  ['AKIAIOSFODNN7EXAMPLE', '****'],
  ['request failed: token=s3cr3t&x=1 lr=0.1', 'request failed: token=****&x=1 lr=0.1'],
  ['{ user: "a", password: "s3cr3t", port: 1 }', '{ user: "a", password: "****", port: 1 }'],
  ["[cause]: { password: 's3c\\'r3t' }", "[cause]: { password: '****' }"],
  ["Map(1) { 'apiKey' => 's3cr3t' }", "Map(1) { 'apiKey' => '****' }"],
  ['{"body":"{\\"api_key\\":\\"s3cr3t\\",\\"n\\":1}"}', '{"body":"{\\"api_key\\":\\"****\\",\\"n\\":1}"}'],
  ["{ apiKeys: [ 's3cr3t', \"s3'cr3t\" ], n: 1 }", '{ apiKeys: [ \'****\', "****" ], n: 1 }'],
  ['{"passwords":["s3cr3t",["s3cr3t"],7],"n":"a"}', '{"passwords":["****",["****"],7],"n":"a"}'],
  ["{ credentials: { user: 's3]cr3t', n: 1 } } 'a'", "{ credentials: { user: '****', n: 1 } } 'a'"],
  [
    '"{\\"secrets\\":{\\"a\\":\\"s3cr3t\\"},\\"n\\":\\"a\\"}"',
    '"{\\"secrets\\":{\\"a\\":\\"****\\"},\\"n\\":\\"a\\"}"',
  ],
  ["secrets: [ 's3cr3t, cut", "secrets: [ '****"],
  ['msg="login token=s3cr3t"', 'msg="login token=****"'],
  ['a=b token=s3cr3t', 'a=b token=****'],
  ['Server=db;Password=s3cr3t;Port=1', 'Server=db;Password=****;Port=1'],
  ['OPENAI_API_KEY=s3cr3t node train.js', 'OPENAI_API_KEY=**** node train.js'],
  ['password: s3cr3t', 'password: ****'],
  ['password: swordfish\nnext', 'password: ****\nnext'],
  ['Command failed: swanlab login -k s3cr3tkey0 --host h', 'Command failed: swanlab login -k **** --host h'],
  ['Command failed: curl --password "s3 cr3t" h', 'Command failed: curl --password "****" h'],
  ['Cookie: sid=s3cr3t; theme=dark', 'Cookie: ****'],
  ['x-api-key: s3cr3t', 'x-api-key: ****'],
  [
    '-----BEGIN RSA PRIVATE KEY-----\ns3cr3t\n-----END RSA PRIVATE KEY-----',
    '-----BEGIN RSA PRIVATE KEY-----****-----END RSA PRIVATE KEY-----',
  ],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN', '****'],
])('of the text %j a secret is not shown', (text, shown) => {
  expect(maskText(text)).toBe(shown)
})

test.each([
  'Unexpected token: }',
  'Unexpected token: identifier in line 5',
  'wrong password: try again',
  'Unexpected secret: [object Object] in {}',
  'max_tokens=512 num_tokens: 7 token_count=9 tokenizer=bert tokens: 12 token=5',
  "special tokens: { pad_token: '<pad>', eos_token: '</s>', bos_token: '<s>' }",
  'if (token == null) return; password = undefined',
  'key=loss sort_key: name keys: 3',
  'top -k 5 -k all',
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
  const cpuTime = startCpuTimer()
  for (const part of ['a', '://', '?', '&key', 'x-', '@'])
    createMask(['secret']).command([part.repeat(100_000), `--${part.repeat(100_000)}=1`])
  expect(cpuTime()).toBeLessThan(4_000)
})

test('JSON loses texts under names of secrets, however deep, and nothing else', () => {
  const before = {
    apiKey: 's3cr3t',
    api_key: 's3cr3t',
    OPENAI_KEY: 's3cr3t',
    nested: [{ db: { password: 's3cr3t', host: 'db' } }, { credentials: { user: 's3cr3t', list: ['s3cr3t', 1] } }],
    client_secret: 's3cr3t',
    privateKey: 's3cr3t',
    accessToken: 's3cr3t',
    url: 'https://me:s3cr3t@host/x',
    note: 'see token=s3cr3t',
    password: '123456',
    pass: null,
    token: 5,
    secret: true,
  }
  expect(maskJson(before)).toEqual({
    apiKey: '****',
    api_key: '****',
    OPENAI_KEY: '****',
    nested: [{ db: { password: '****', host: 'db' } }, { credentials: { user: '****', list: ['****', 1] } }],
    client_secret: '****',
    privateKey: '****',
    accessToken: '****',
    url: 'https://host/x',
    note: 'see token=****',
    password: '****',
    pass: null,
    token: 5,
    secret: true,
  })
  expect(maskJson(maskJson(before))).toEqual(maskJson(before))
})

test('what models are made of is no secret, and is given back as it is', () => {
  const config = {
    ...{ tokens: ['the', 'cat'], max_tokens: 512, maxTokens: 512, tokenizer: 'bert', num_tokens: 7, token_count: '9' },
    ...{ pad_token: '<pad>', eosToken: 'end', mask_token: '[MASK]', token: '<s>', special_tokens: { cls: 'x' } },
    ...{ key: 'loss', sort_key: 'name', keyboard: 'us', monkey: 'see', author: 'me', pattern: '*', secretary: 'x' },
    ...{ keys: ['a'], compass: 'north', bypass: 'x', cookies: 12, auth: 'basic', tokenization: 'bpe', passes: 'two' },
  }
  expect(maskJson(config)).toBe(config)
})

test('secrets that are known are masked wherever they stand, special characters and all', () => {
  const { text, json } = createMask(['s3cr3t.[key', 's3cr3t.[key-and-more'])
  expect(text('a s3cr3t.[key-and-more b s3cr3t.[key c')).toBe('a **** b **** c')
  expect(json({ a: ['s3cr3t.[key'], b: 1 })).toEqual({ a: ['****'], b: 1 })
})

test('of the environment, only what is no word of a language is looked for everywhere', () => {
  expect(unmistakable(['training', 'abc1', 'hunter22', 'a-very-long-passphrase', '12345678'])).toEqual([
    'hunter22',
    'a-very-long-passphrase',
  ])
})

test.each([
  'token=',
  'token="',
  "token='a ",
  'password: ',
  'a_',
  '\\"',
  '-k ',
  '-',
  'cookie:',
  '-----BEGIN ',
  'secret:[',
  'secret:{"',
])('a text full of %j is done with before the test is over', (part) => {
  expect(maskText(part.repeat(50_000 / part.length))).not.toBe('')
})
