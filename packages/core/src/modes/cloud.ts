import type { Backend } from '../kernel/backend.ts'
import { SwanLabError } from '../kernel/error.ts'

/** Refuses: the uploader is not part of this version. */
export function cloudMode(): Backend {
  return {
    name: 'swanlab:cloud',
    onInit: () => {
      throw new SwanLabError(
        'MODE_UNAVAILABLE',
        'Mode "cloud", the default, cannot upload yet in this version. Choose mode "offline" or "local" to record on this ' +
          'machine, or "disabled" to record nothing: init({ mode: "offline" }), or SWANLAB_MODE=offline.',
      )
    },
  }
}
