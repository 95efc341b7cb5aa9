/** Logins, addresses and the network of cloud mode, for programs that look after them: the command line. */
export { ask } from './ask.ts'
export {
  aboutStoredLogins,
  findCredentials,
  findHosts,
  findKey,
  findLoginHosts,
  globalFolder,
  hereAndNow,
  keyInWords,
  localFolder,
  type Credentials,
  type FoundKey,
  type GivenCredentials,
  type Surroundings,
} from './credentials.ts'
export { isSwanLabCloud, resolveHosts, type Hosts } from './hosts.ts'
export { networkWords } from './network-words.ts'
export { loginFile, readLogin, removeLogin, type StoredLogin } from './netrc.ts'
export { httpTransport, type HttpAnswer, type HttpRequest, type Transport } from './transport.ts'
export { givenCredentials } from './login-command.ts'
export { findLogin } from './find-login.ts'
