import { expect, test } from 'vitest'
import { login } from './login-command.ts'
import { sync } from './sync-command.ts'

test.each([
  [{ api_key: 'secret' }, /"api_key": no such option; did you mean "apiKey"\?/],
  [{ apiKey: { secret: 1 } }, /apiKey: takes a text$/],
  [{ save: 'yes' }, /save: takes true, false or "local", but got "yes"/],
  [{ host: 5 }, /host: takes an address, but got 5/],
  [null, /options: takes an object/],
])('login refuses %j, and shows no key', async (options, words) => {
  const refused = login(options as object)
  await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  await expect(refused).rejects.toThrow(words)
  await expect(refused).rejects.not.toThrow(/secret/)
})

test.each([
  [{ start_step: 1 }, /did you mean "startStep"/],
  [{ id: 'a/b' }, /id: takes 1 to 512 characters/],
  [{ id: '' }, /id: takes 1 to 512 characters/],
  [{ project: 'a b' }, /project: takes 1 to 100 characters/],
  [{ workspace: '' }, /workspace: takes the name of a workspace/],
  [{ timeout: -1 }, /timeout: takes a number of milliseconds/],
  [{ startStep: Number.NaN }, /startStep: takes a step/],
  [null, /options: takes an object/],
])('sync refuses %j', async (options, words) => {
  const refused = sync('nowhere', options as object)
  await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  await expect(refused).rejects.toThrow(words)
})
