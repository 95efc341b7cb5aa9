import type { ConfigMethods, ConfigStore } from '../contract/config.ts'
import type { ConfigSnapshot, JsonValue } from '../contract/payloads.ts'
import { OPEN, type Redactor } from '../text/redactor.ts'
import { viewOf, viewsInside, type Tree } from './config-view.ts'
import { amended, changesOf, type Changes } from './config-changes.ts'
import { deepFreeze } from './frozen.ts'
import { toJson } from './json-value.ts'

/**
 * A configuration that knows when it has changed, however deep the change was made. Whoever holds it sees it as it is;
 * what callbacks get of it goes through `redactor`.
 */
export function createConfig(initial: object = {}, redactor: Redactor = OPEN): ConfigStore {
  const tree: Tree = Object.create(null) as Tree
  const changes = watchChanges()
  const store = (key: string, value: JsonValue): void => {
    tree[key] = value
    changes.note()
  }
  let amendments: Changes | undefined
  const redacted = (): ConfigSnapshot => {
    const members = toJson(tree) as ConfigSnapshot
    return deepFreeze(redactor.json(amendments ? amended(members, amendments) : members, 'config'))
  }
  const inside = viewsInside(changes.note)
  const methods: ConfigMethods = {
    get: (key, fallback) => (Object.hasOwn(tree, key) ? inside(tree[key]) : fallback),
    set: (key, value) => store(key, toJson(value)),
    update: (values) => {
      const members = toJson(values)
      if (typeof members === 'object' && members !== null)
        for (const [key, value] of Object.entries(members)) store(key, value)
    },
    delete: (key) => {
      if (!Object.hasOwn(tree, key)) return false
      delete tree[key]
      changes.note()
      return true
    },
    has: (key) => Object.hasOwn(tree, key),
    toJSON: () => snapshot(tree),
  }
  methods.update(initial)
  return {
    view: viewOf(tree, methods, inside),
    snapshot: () => redacted(),
    takeChange: () => (changes.take() ? redacted() : undefined),
    onChange: changes.onChange,
    restore: (earlier) => {
      for (const [key, value] of Object.entries(earlier)) if (!Object.hasOwn(tree, key)) methods.set(key, value)
    },
    amend: (given, answered) => {
      amendments = changesOf(given, answered)
    },
  }
}

/** Gathers the changes of one tick. */
function watchChanges(): { note: () => void; take: () => boolean; onChange: (listener: () => void) => void } {
  let changed = false
  let scheduled = false
  let listener: (() => void) | undefined
  const schedule = (): void => {
    if (scheduled || !listener || !changed) return
    scheduled = true
    queueMicrotask(() => {
      scheduled = false
      if (changed) listener?.()
    })
  }
  return {
    note: () => {
      changed = true
      schedule()
    },
    take: () => {
      const was = changed
      changed = false
      return was
    },
    onChange: (added) => {
      listener = added
      schedule()
    },
  }
}

function snapshot(tree: Tree): ConfigSnapshot {
  return deepFreeze(toJson(tree)) as ConfigSnapshot
}
