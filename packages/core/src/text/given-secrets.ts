const given = new Set<string>()

/** The program has given this process a secret, such as the key of `login()`: runs that start from now on mask it. */
export function addSecret(secret: string): void {
  given.add(secret)
}

/** All that were given so far. */
export function givenSecrets(): readonly string[] {
  return [...given]
}
