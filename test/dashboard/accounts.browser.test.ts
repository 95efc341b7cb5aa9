import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MediaList, RunList } from '../../packages/dashboard/src/protocol/runs.ts'
import { accessibilityProblems, launchBrowser } from '../../packages/dashboard/src/page/testing/browser.ts'
import { everythingIn, House, lineOf, mainText, tokenIn, type Page } from './people.ts'

const browser = await launchBrowser()
let house: House
/** As the run of a training printed it. */
let address: string

beforeAll(async () => {
  if (!browser) return
  house = await House.open()
  address = await house.train()
})
afterAll(async () => {
  await browser?.close()
  await house?.close()
})

const visit = (path: string, options?: Parameters<House['visit']>[2]): Promise<Page> =>
  house.visit(browser!, path, options)

describe.skipIf(!browser)('the pages of a server', { timeout: 120_000 }, () => {
  it('the address that a run prints asks who one is, and opens the page of the run', async () => {
    expect(new URL(address).pathname).toMatch(/^\/@alice\/cats\/runs\/\w+$/)
    const page = await visit(address)
    await page.getByText('Then to /@alice/cats/runs/').waitFor()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Enter an API key.').waitFor()
    await page.getByLabel('API key', { exact: true }).fill('a-wrong-key')
    await page.keyboard.press('Enter')
    await page.getByText('This API key is not known here.').waitFor()

    await house.signIn(page, house.keys.alice)
    await page.getByRole('heading', { name: 'curious-cat' }).waitFor()
    await page.getByRole('tab', { name: 'Charts' }).click()
    await lineOf(page, 'loss')
    expect(page.url().split('?')[0]).toBe(address)
    expect(await tokenIn(page)).toMatch(/^[0-9a-f]{64}$/)
    await page.getByRole('tab', { name: /^Media/ }).click()
    await page
      .getByRole('img', { name: /cat|sample/i })
      .first()
      .waitFor()

    const held = await everythingIn(page)
    for (const secret of [await tokenIn(page), house.keys.alice]) {
      expect(held).not.toContain(secret)
      expect(house.reports.join('\n')).not.toContain(secret)
    }
    // As clients in Python print it, and by the other id of the run.
    const { runs } = JSON.parse((await house.ask(page, '/runs')).body) as RunList
    for (const path of [`${new URL(address).pathname}/chart`, `/@alice/cats/runs/${runs[0]!.key}`]) {
      await page.goto(new URL(path, address).href)
      await page.getByRole('heading', { name: 'curious-cat' }).waitFor()
    }
  })

  it('nobody is signed in by an address', async () => {
    const alices = await visit('/')
    await house.signIn(alices, house.keys.alice)
    const page = await visit(`/#t=${await tokenIn(alices)}`)
    await page.getByLabel('API key', { exact: true }).waitFor()
    expect(page.url()).not.toContain('#')
    expect(await tokenIn(page)).toBe('')
  })

  it("another's run is nowhere: not its page, nor those of its project and user, nor anything that the API has", async () => {
    const [alices, bobs] = [await visit(address), await visit(address)]
    await house.signIn(alices, house.keys.alice)
    await house.signIn(bobs, house.keys.bob)
    const nothing = /^There is no such page/
    await expect.poll(() => mainText(bobs)).toMatch(nothing)
    const said = await mainText(bobs)
    for (const path of [
      '/@alice/cats/runs/nobody',
      '/@alice/cats',
      '/@alice',
      '/@nobody',
      '/@nobody/cats',
      '/@bob/no',
    ]) {
      await bobs.goto(new URL(path, address).href)
      await expect.poll(() => mainText(bobs), { message: path }).toBe(said)
    }

    const { key } = (JSON.parse((await house.ask(alices, '/runs')).body) as RunList).runs[0]!
    const list = await house.ask(alices, `/runs/${key}/media?key=sample`)
    const file = (JSON.parse(list.body) as MediaList).entries[0]!.items[0]!.path!
    const asked = [
      '',
      '/console',
      '/console/find?text=cat',
      '/media?key=sample',
      `/file?path=${file}`,
      '/points?key=loss',
    ]
    for (const path of asked) {
      expect([path, (await house.ask(alices, `/runs/${key}${path}`)).status]).toEqual([path, 200])
      const refused = await house.ask(bobs, `/runs/${key}${path}`)
      expect([path, refused.status]).toEqual([path, 404])
      expect(await house.ask(bobs, `/runs/nobody${path}`)).toEqual(refused)
    }
  })

  it('a project is made public, after a question, and private again: those who look see it come and go', async () => {
    const [alices, bobs] = [await visit('/settings'), await visit(address)]
    await house.signIn(alices, house.keys.alice)
    await house.signIn(bobs, house.keys.bob)
    await bobs.getByText('There is no such page').waitFor()

    await alices.getByRole('button', { name: 'Make public: cats' }).click()
    const question = alices.getByRole('dialog', { name: 'Make cats public?' })
    await question.getByText(/see all of its 1 run,/).waitFor()
    await alices.keyboard.press('Escape')
    await question.waitFor({ state: 'hidden' })
    await alices.getByRole('row', { name: 'cats' }).getByText('you alone').waitFor()
    await alices.getByRole('button', { name: 'Make public: cats' }).click()
    await question.getByRole('button', { name: 'Make public' }).click()
    await alices.getByText('cats is public.').waitFor()

    await bobs.getByRole('heading', { name: 'curious-cat' }).waitFor()
    await bobs.getByRole('link', { name: 'alice' }).click()
    await bobs.getByRole('row', { name: /cats 1 0/ }).waitFor()
    await bobs.getByRole('rowheader', { name: 'cats' }).getByRole('link').click()
    await bobs.getByRole('link', { name: 'curious-cat' }).waitFor()
    expect(new URL(bobs.url()).pathname).toBe('/@alice/cats')

    await alices.getByRole('button', { name: 'Make private: cats' }).click()
    await alices.getByText('cats is private.').waitFor()
    await bobs.getByText('There is no such page').waitFor()
  })

  it('a key is made, shown once, signs in, and is revoked after a question; its session ends, says why, and leads back', async () => {
    const alices = await visit('/settings')
    await house.signIn(alices, house.keys.alice)
    const name = alices.getByLabel('Name of a new key')
    await name.fill('not a name')
    await alices.keyboard.press('Enter')
    await alices.getByText('A name takes 1 to 50 characters').waitFor()
    await name.fill('first')
    await alices.keyboard.press('Enter')
    await alices.getByText('You have a key named first.').waitFor()
    await name.fill('laptop')
    await alices.keyboard.press('Enter')
    const key = await alices.getByRole('textbox', { name: 'New key', exact: true }).inputValue()
    expect(key).toMatch(/^[0-9A-Za-z]{21}$/)
    await alices.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await alices.getByRole('button', { name: 'Copy' }).click()
    await alices.getByText('Copied').waitFor()
    expect(await alices.evaluate('navigator.clipboard.readText()')).toBe(key)
    const row = alices.getByRole('row', { name: /^laptop/ })
    await row.getByText(`${key.slice(0, 4)}…`).waitFor()
    await row.getByText('not in the last 60 days').waitFor()
    // Left and come back to: the key is gone.
    await alices.getByRole('link', { name: 'SwanLab' }).click()
    await alices.goBack()
    await row.waitFor()
    expect(await everythingIn(alices)).not.toContain(key)

    const other = await visit(address)
    await house.signIn(other, key)
    await other.getByRole('heading', { name: 'curious-cat' }).waitFor()
    await alices.getByRole('button', { name: 'Revoke laptop' }).click()
    const question = alices.getByRole('dialog', { name: 'Revoke the key laptop?' })
    await question.getByRole('button', { name: 'Cancel' }).click()
    await row.waitFor()
    await alices.getByRole('button', { name: 'Revoke laptop' }).click()
    await question.getByRole('button', { name: 'Revoke' }).click()
    await alices.getByText('The key laptop is revoked.').waitFor()
    await row.waitFor({ state: 'detached' })

    await other.getByText('Your session is over').waitFor()
    expect(await everythingIn(other)).not.toContain('curious-cat')
    await house.signIn(other, house.keys.alice)
    await other.getByRole('heading', { name: 'curious-cat' }).waitFor()
    expect(other.url().split('?')[0]).toBe(address)
  })

  it('who revokes the key of the session is told so before', async () => {
    const spare = await house.server.storage.createKey('bob', 'spare')
    const page = await visit('/settings')
    await house.signIn(page, spare)
    await page.getByRole('row', { name: /spare this session/ }).waitFor()
    await page.getByRole('button', { name: 'Revoke spare' }).click()
    await page.getByText('this session ends, too').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('Your session is over').waitFor()
    await house.signIn(page, house.keys.bob)
    await page.getByRole('button', { name: 'Revoke first' }).click()
    await page.getByText('It is your only key').waitFor()
  })

  it('signing out ends the session on the server, too; everything is there for the keyboard', async () => {
    const page = await visit('/@bob')
    await page.getByLabel('API key', { exact: true }).waitFor()
    await page.keyboard.type(house.keys.bob)
    await page.keyboard.press('Enter')
    await page.getByText('No runs yet').waitFor()
    const token = await tokenIn(page)
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    const passed: string[] = []
    while (passed.at(-1) !== 'Sign out') {
      expect(passed.length, passed.join(' > ')).toBeLessThan(20)
      await page.keyboard.press('Tab')
      passed.push(await page.evaluate('document.activeElement.textContent'))
    }
    await page.keyboard.press('Enter')
    await page.getByLabel('API key', { exact: true }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    expect(await tokenIn(page)).toBe('')
    const answer = await fetch(`${house.server.url}/api/dashboard/session`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(answer.status).toBe(401)
  })

  it.each([
    ['light', 1_280],
    ['dark', 320],
  ] as const)('can be used by everybody: %s, %d pixels wide', async (colorScheme, width) => {
    await house.server.storage.createProject('alice', 'empty', 'PRIVATE')
    const page = await visit('/@alice/cats', { colorScheme, viewport: { width, height: 800 } })
    const check = async (): Promise<void> => {
      expect(await accessibilityProblems(page)).toEqual([])
      const beyond = `[document.documentElement, document.querySelector('.scroller')].map((one) => one.scrollWidth - one.clientWidth)`
      expect(await page.evaluate(beyond)).toEqual([0, 0])
    }
    await page.getByLabel('API key', { exact: true }).fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('This API key is not known here.').waitFor()
    await check()
    await house.signIn(page, house.keys.alice)
    for (const [path, text] of [
      ['/@alice', 'Newest run'],
      ['/@alice/empty', 'No runs yet'],
      ['/@nobody', 'There is no such page'],
      ['/settings', 'you alone'],
    ] as const) {
      await page.goto(new URL(path, address).href)
      await page.getByText(text).first().waitFor()
      await check()
    }
    await page.getByLabel('Name of a new key').fill(`made-in-the-${colorScheme}`)
    await page.keyboard.press('Enter')
    await page.getByText('Copy it now').waitFor()
    await check()
    await page.getByRole('button', { name: 'Make public: cats' }).click()
    await check()
  })
})
