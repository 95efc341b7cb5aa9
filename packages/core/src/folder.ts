/** The layout of run folders, for programs that write runs without being the training: servers, importers. */
export { RunFiles } from './modes/run-files.ts'
export { folderName } from './modes/run-folders.ts'
export { keepOutOfGit } from './runtime/files.ts'
