/** Logins, addresses and the network of cloud mode, for programs that look after them: the command line. */
export { prompt } from './prompt.ts'
export {
  aboutStoredLogins,
  findHosts,
  findKey,
  findLoginHosts,
  globalFolder,
  hereAndNow,
  describeKey,
  localFolder,
  type FoundKey,
  type GivenCredentials,
} from './credentials.ts'
export { isSwanLabCloud, type Hosts } from './hosts.ts'
export { networkErrorMessage } from './network-error-message.ts'
export { readLogin, removeLogin } from './netrc.ts'
export { httpTransport, type HttpAnswer, type Transport } from './transport.ts'
export { findLogin } from './find-login.ts'
