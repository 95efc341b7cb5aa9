import { expect, test } from 'vitest'
import { networkErrorMessage } from './network-error-message.ts'

const failure = (code: string, message = 'at http://me:secret@proxy'): Error =>
  Object.assign(new Error(message), { code })

test.each([
  [failure('ECONNREFUSED'), {}, 'the connection was refused'],
  [new TypeError('failed', { cause: failure('ENOTFOUND') }), {}, 'the host name is not known'],
  [new DOMException('late', 'TimeoutError'), {}, 'no answer in time'],
  [failure('UND_ERR_CONNECT_TIMEOUT'), {}, 'no answer in time'],
  [failure('EWHATEVER'), {}, 'EWHATEVER'],
  [new Error('secret address'), {}, 'the network failed'],
  [failure('ERR_SSL_WRONG_VERSION_NUMBER'), {}, 'it does not speak TLS; is it an address with http://?'],
  [failure('ECONNREFUSED'), { HTTP_PROXY: 'http://me:secret@proxy' }, 'the connection was refused; HTTP_PROXY is set'],
  [
    failure('UND_ERR_ABORTED', 'Proxy response (407) !== 200 when HTTP Tunneling'),
    { https_proxy: 'x' },
    'the proxy refuses (407); https_proxy is set',
  ],
  [failure('ERR_INVALID_URL'), { HTTP_PROXY: 'me:secret@' }, 'HTTP_PROXY names no proxy'],
])('%s with %j: %s', (cause, env, words) => {
  expect(networkErrorMessage(cause, env)).toBe(words)
})

test.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
  '%s names NODE_EXTRA_CA_CERTS',
  (code) => {
    expect(networkErrorMessage(failure(code), {})).toContain('NODE_EXTRA_CA_CERTS')
  },
)
