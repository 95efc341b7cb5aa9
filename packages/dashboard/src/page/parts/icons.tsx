import type { JSX } from 'preact'

const PATHS = {
  menu: 'M2 4h12M2 8h12M2 12h12',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9M10.5 10.5L14 14',
  theme: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 1 1 0 12',
  keys: 'M1.5 4h13v8h-13zM4 6.5h1M7.5 6.5h1M11 6.5h1M5 9.5h6',
  pin: 'M5.5 2h5M6.5 2v4.5L4 9.5h8L9.5 6.5V2M8 9.5V14',
  full: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  save: 'M8 2.5v7M5 6.5l3 3l3-3M2.5 11v2.5h11V11',
  down: 'M4 6l4 4l4-4',
  person: 'M8 2.5a2.75 2.75 0 1 1 0 5.5a2.75 2.75 0 1 1 0-5.5M2.5 14c0-3 2.5-4.5 5.5-4.5s5.5 1.5 5.5 4.5',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
} as const

/** Says nothing to a screen reader: whatever it stands on has a name of its own. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        stroke-width={name === 'more' ? 2.5 : 1.4}
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  )
}
