const TYPES: readonly (readonly [RegExp, string])[] = [
  [/\.(?:png|jpe?g|gif|bmp|webp)$/i, 'IMAGE'],
  [/\.(?:wav|mp3|flac|ogg)$/i, 'AUDIO'],
  [/\.(?:mp4|webm)$/i, 'VIDEO'],
  [/\.html?$/i, 'HTML'],
  [/\.pdb$/i, 'MOLECULE'],
  [/\.(?:glb|pts\.json)$/i, 'OBJECT3D'],
  [/\.json$/i, 'ECHARTS'],
]

/** What a file is, by its name, until somebody says. Short texts are no files. */
export function guessType(path: string): string {
  return (path.startsWith('media/') && TYPES.find(([name]) => name.test(path))?.[1]) || 'TEXT'
}
