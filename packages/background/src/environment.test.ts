import { describe, expect, it } from 'vitest'
import { environmentOf } from './environment.ts'

const of = (env: NodeJS.ProcessEnv, execArgv: string[] = []): NodeJS.ProcessEnv =>
  environmentOf(env, execArgv, '/home/me')

describe('the environment of the background process', () => {
  it("is the training's, without the options that load modules or open a debugger", () => {
    const NODE_OPTIONS = '--require ./agent.js --inspect=9229 --max-old-space-size=100'
    expect(
      of({ HOME: '/home/me', HTTPS_PROXY: 'http://proxy', NODE_OPTIONS }, ['--import', 'tsx', '--inspect']),
    ).toEqual({ HOME: '/home/me', HTTPS_PROXY: 'http://proxy', NODE_OPTIONS: '' })
    expect(of({})).toEqual({ NODE_OPTIONS: '' })
  })

  it('trusts whom the training trusts', () => {
    const NODE_OPTIONS = '--use-openssl-ca   --tls-min-v1.0 --dns-result-order=ipv4first --use-system-cat'
    expect(of({ NODE_OPTIONS }, ['--use-system-ca', '--tls-cipher-list=DEFAULT'])).toEqual({
      NODE_OPTIONS:
        '--use-openssl-ca --tls-min-v1.0 --dns-result-order=ipv4first --use-system-ca --tls-cipher-list=DEFAULT',
    })
  })

  it('finds the certificates where the training found them', () => {
    expect(of({ NODE_EXTRA_CA_CERTS: 'tls/ca.pem' })['NODE_EXTRA_CA_CERTS']).toBe('/home/me/tls/ca.pem')
    expect(of({ NODE_EXTRA_CA_CERTS: '/etc/ca.pem' })['NODE_EXTRA_CA_CERTS']).toBe('/etc/ca.pem')
  })
})
