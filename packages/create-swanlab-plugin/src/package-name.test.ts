import { expect, test } from 'vitest'
import { checkName, classNameOf, folderOf } from './package-name.ts'

test.each(['pager', 'swanlab-plugin-pager', '@me/pager', '@me/http', '3d', 'a.b_c', '-a', 'x'.repeat(214)])(
  'a name that npm takes is taken: %s',
  (name) => expect(() => checkName(name)).not.toThrow(),
)

test.each([
  ['', 'is no package name'],
  ['My-Plugin', 'is no package name'],
  ['my plugin', 'is no package name'],
  ['.hidden', 'is no package name'],
  ['_private', 'is no package name'],
  ['../up', 'is no package name'],
  ['a/b', 'is no package name'],
  ['@me/', 'is no package name'],
  ['@/pager', 'is no package name'],
  ['naïve', 'is no package name'],
  ['a\nb', 'is no package name'],
  ['http', 'Node.js or npm uses it'],
  ['node_modules', 'Node.js or npm uses it'],
  ['x'.repeat(215), 'at most 214 characters'],
])('a name that npm refuses is refused, with the reason: %j', (name, reason) => {
  expect(() => checkName(name)).toThrow(reason)
})

test.each([
  ['pager', 'PagerNotifier'],
  ['swanlab-plugin-pager', 'PagerNotifier'],
  ['@me/on_call.pager', 'OnCallPagerNotifier'],
  ['error', 'ErrorNotifier'],
  ['my-notifier', 'MyNotifier'],
  ['swanlab-plugin', 'MyNotifier'],
  ['3d', 'My3dNotifier'],
])('the class of package %s is %s', (name, expected) => {
  expect(classNameOf(name, 'Notifier')).toBe(expected)
})

test('the folder is the name without its scope', () => {
  expect(['pager', '@me/pager'].map(folderOf)).toEqual(['pager', 'pager'])
})
