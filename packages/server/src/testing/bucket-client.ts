import { awsSignature } from '../aws-signature.ts'

/** What a server gives to clients that put media into a bucket. */
export interface Credentials {
  readonly tmpSecretId: string
  readonly tmpSecretKey: string
  readonly sessionToken: string
}

/** Headers of a request to a bucket. @param type - Of the content, when the client names it. */
export function signedHeaders(
  { tmpSecretId, tmpSecretKey, sessionToken }: Credentials,
  { method, resource, type }: { method: string; resource: string; type?: string },
): Record<string, string> {
  const headers = {
    date: new Date().toUTCString(),
    'x-amz-security-token': sessionToken,
    ...(type !== undefined && { 'content-type': type }),
  }
  return { ...headers, authorization: awsSignature(tmpSecretId, tmpSecretKey, { method, resource, headers }) }
}
