import type { Stream } from 'node:stream'

/** The pipe does not keep this process alive. Pipes of children are sockets, which their types do not say. */
export function unref(pipe: Stream): void {
  if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
}
