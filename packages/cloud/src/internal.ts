/** Logins, addresses and the network of cloud mode, for programs that look after them: the command line. */
export { ask } from './ask.ts'
export {
  aboutStoredLogins,
  findHosts,
  findKey,
  findLoginHosts,
  globalFolder,
  hereAndNow,
  keyInWords,
  localFolder,
  type FoundKey,
  type GivenCredentials,
} from './credentials.ts'
export { isSwanLabCloud, type Hosts } from './hosts.ts'
export { networkWords } from './network-words.ts'
export { readLogin, removeLogin } from './netrc.ts'
export { httpTransport, type HttpAnswer, type Transport } from './transport.ts'
export { givenCredentials } from './login-command.ts'
export { findLogin } from './find-login.ts'
