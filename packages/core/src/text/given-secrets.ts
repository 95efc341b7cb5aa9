const given = new Set<string>()

/** The program has given this process a secret, such as the key of `login()`: runs that start from now on mask it. */
export function addSecret(secret: string): void {
  given.add(secret)
}

/** Secrets of this library itself that the process knows so far; they are masked in any case. */
export function ownSecrets(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const { SWANLAB_API_KEY: key } = env
  return key ? [...given, key] : [...given]
}
