import type { Session } from 'node:inspector'

const HANDOVER = Symbol.for('swanlab.classes')
interface Properties {
  readonly result: readonly Property[]
  readonly internalProperties?: readonly Property[]
}
interface Property {
  readonly name: string
  readonly value?: { readonly objectId?: string; readonly value?: { readonly scriptId: string } }
}

const known = new WeakMap<Function, string>()

/**
 * Asks the engine in which file each class is defined: nothing in the language says so. It takes the longer, the
 * more code is loaded, so that a class is asked after once, and not at all when `defineResident` has been called with it.
 *
 * @returns a URL for each, or an empty text: it is defined outside of any file.
 * @throws when this engine has no inspector, or does not allow it.
 */
export function locateClasses(classes: readonly Function[]): string[] {
  const open = classes.filter((one) => !known.has(one))
  if (open.length > 0) ask(open).forEach((url, at) => known.set(open[at]!, url))
  return classes.map((one) => known.get(one)!)
}

function ask(classes: readonly Function[]): string[] {
  const { Session } = process.getBuiltinModule('node:inspector')
  const session = new Session()
  session.connect()
  const globals = globalThis as { [HANDOVER]?: readonly Function[] }
  globals[HANDOVER] = classes
  try {
    const urls = new Map<string, string>()
    session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => urls.set(scriptId, url))
    post(session, 'Debugger.enable')
    const { result: list } = post(session, 'Runtime.evaluate', {
      expression: `globalThis[Symbol.for('${HANDOVER.description}')]`,
    }) as { result: { objectId: string } }
    const { result } = propertiesOf(session, list.objectId)
    return classes.map((_, at) => {
      const objectId = result.find(({ name }) => name === String(at))?.value?.objectId
      const { internalProperties } = propertiesOf(session, objectId)
      const location = internalProperties?.find(({ name }) => name === '[[FunctionLocation]]')
      return urls.get(location?.value?.value?.scriptId ?? '') ?? ''
    })
  } finally {
    delete globals[HANDOVER]
    session.disconnect()
  }
}

function propertiesOf(session: Session, objectId: string | undefined): Properties {
  return post(session, 'Runtime.getProperties', { objectId, ownProperties: true }) as Properties
}

/** Sessions of this thread answer before `post` returns. */
function post(session: Session, method: string, params: object = {}): unknown {
  let answer: unknown
  let failure: Error | null = null
  session.post(method, params, (error, result) => {
    failure = error
    answer = result
  })
  if (failure) throw failure
  return answer
}
