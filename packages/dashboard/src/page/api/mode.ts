/** What serves this page: run folders of one machine, to whoever has the token; or a server, to people who sign in. */
export const mode: 'watch' | 'server' =
  document.querySelector<HTMLMetaElement>('meta[name="swanlab-mode"]')?.content === 'server' ? 'server' : 'watch'
