import { useEffect } from 'preact/hooks'

/** Names the page in tabs and in the history, for as long as it is shown. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · SwanLab`
    return () => void (document.title = 'SwanLab')
  }, [title])
}
