import { createHmac, timingSafeEqual } from 'node:crypto'

/** What of a request its signature covers. */
export interface SignedRequest {
  readonly method: string
  /** `/<bucket>/<key>`, quoted as it travels. */
  readonly resource: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/**
 * Signs a request as clients of an object store do, by version 2 of AWS's signatures.
 *
 * @returns the value of the header `authorization`.
 */
export function awsSignature(id: string, secretKey: string, request: SignedRequest): string {
  const { method, resource, headers } = request
  const text = (name: string): string => [headers[name] ?? ''].flat().join(',').trim()
  const own = Object.keys(headers).filter((name) => name.startsWith('x-amz-'))
  const lines = [
    method,
    ...['content-md5', 'content-type', 'date'].map(text),
    ...own.toSorted().map((name) => `${name}:${text(name)}`),
    resource,
  ]
  return `AWS ${id}:${createHmac('sha1', secretKey).update(lines.join('\n')).digest('base64')}`
}

/** @param id - Of the key that the signature is to be of. */
export function isSignedByAws(id: string, secretKey: string, request: SignedRequest): boolean {
  const [right, given] = [awsSignature(id, secretKey, request), String(request.headers['authorization'])].map((one) =>
    Buffer.from(one),
  )
  return right!.length === given!.length && timingSafeEqual(right!, given!)
}
