/** Gives the reader a file. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Some browsers begin to read it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
