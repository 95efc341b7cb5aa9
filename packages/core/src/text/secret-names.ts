/** No secret's name is without one of these: most names are looked at once only. */
const SUSPICIOUS = /pass|pwd|secret|credential|auth|key|token|cookie|webhook|pats?$/i
/** Words that make a name secret wherever they stand in it. */
const ANYWHERE =
  /(?:^|[-_. ])(?:password|passwd|passphrase|passcode|secret|credential|authorization|(?:api|private|secret)[-_. ]?key)s?(?:$|[-_. \d])/i
/** Words that make a name secret where it ends in them. Not `tokens`: models count them. */
const AT_END =
  /(?:^|[-_. ])(?:token|(?:pwd|pass|cookie|webhook(?:[-_. ]?ur[il])?|(?:access|account|auth|client|deploy|encryption|license|master|service|shared|sign(?:ing)?|ssh|storage|anthropic|aws|azure|deepseek|gcp|gemini|github|gitlab|google|hf|hugging[-_. ]?face|minio|openai|s3|slack|swanlab|wandb)[-_. ]?key)s?)\d*$/i
/** The same, written without a mark between them. */
const JOINED = /(?:api|access|private|secret)key\d*$|(?:access|api|auth|bearer|refresh|session)token\d*$|password\d*$/i
/** What models call tokens. */
const OF_MODELS =
  /(?:^|[-_. ])(?:added|audio|begin|bos|cls|current|decoder|end|eod|eos|eot|fake|fill|first|image|img|last|mask|max|min|new|next|no|num|pad|per|prefix|prev|previous|sep|sos|special|start|stop|suffix|total|unk|video|vocab|word)[-_. ]?token$/i
/** Where programs are told something, these alone are secrets, too. */
const OF_OPTIONS = /(?:^|[-_. ])(?:key|auth|pat)s?$/i

/**
 * Whether what goes by this name is a secret, however it is written: `apiKey`, `api_key`, `OPENAI_API_KEY`. Names of
 * models' parameters, such as `max_tokens`, `tokenizer` or `pad_token`, are none.
 */
export function isSecretName(name: string): boolean {
  if (!SUSPICIOUS.test(name)) return false
  const words = wordsOf(name)
  return ANYWHERE.test(words) || JOINED.test(words) || (AT_END.test(words) && !OF_MODELS.test(words))
}

/** The same of a program's options and of environment variables. */
export function isSecretOption(name: string): boolean {
  return SUSPICIOUS.test(name) && (isSecretName(name) || OF_OPTIONS.test(wordsOf(name)))
}

/** `accessToken` is as secret as `access-token`. */
function wordsOf(name: string): string {
  return name
    .slice(-100)
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .replace(/^-+/, '')
}
