import { expect, it } from 'vitest'
import { isSignedByAws } from './aws-signature.ts'

// What boto3 1.44.5 sent, with `signature_version='s3'`, the key `AK` and its secret `SK`.
const request = {
  method: 'PUT',
  resource: '/swanlab/cuid/eval%252Fimgs/a%20b%2B%C3%BC.png',
  headers: {
    authorization: 'AWS AK:Gcyu6OV8LtsBk8MBnMwz5bO/iIs=',
    'cache-control': 'max-age=31536000',
    date: 'Tue, 24 Nov 2026 11:37:40 GMT',
    'x-amz-checksum-crc32': 'gxgDkA==',
    'x-amz-sdk-checksum-algorithm': 'CRC32',
    'x-amz-security-token': 'TOK',
  },
}

it('knows the signature of boto3', () => {
  expect(isSignedByAws('AK', 'SK', request)).toBe(true)
})

it.each([
  ['another method', { ...request, method: 'GET' }],
  ['another place', { ...request, resource: '/swanlab/cuid/evil.png' }],
  ['another token', { ...request, headers: { ...request.headers, 'x-amz-security-token': 'other' } }],
  ['another time', { ...request, headers: { ...request.headers, date: 'Tue, 24 Nov 2026 11:37:41 GMT' } }],
  ['a type that was not signed', { ...request, headers: { ...request.headers, 'content-type': 'text/html' } }],
  ['no signature', { ...request, headers: { ...request.headers, authorization: undefined } }],
])('and no signature of %s', (_what, other) => {
  expect(isSignedByAws('AK', 'SK', other)).toBe(false)
})

it('refuses the signature of another key', () => {
  expect(isSignedByAws('AK', 'other', request)).toBe(false)
  expect(isSignedByAws('other', 'SK', request)).toBe(false)
})
