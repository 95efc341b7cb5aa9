import { spawn } from 'node:child_process'

/** Shows an address in the person's browser, where there is one. Never fails: the address has been printed as well. */
export function openInBrowser(url: string): void {
  const command = opener()
  if (!command) return
  const [program, ...args] = command
  try {
    const child = spawn(program!, [...args, url], { detached: true, stdio: 'ignore' })
    child.on('error', () => {})
    child.unref()
  } catch {
    // There is no more than an address, then.
  }
}

function opener(): readonly string[] | undefined {
  if (process.platform === 'darwin') return ['open']
  if (process.platform === 'win32') return ['cmd', '/c', 'start', '']
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  return DISPLAY || WAYLAND_DISPLAY ? ['xdg-open'] : undefined
}
