export { ApiError } from './errors.ts'
export { createServer, type ServerOptions, type TrackingServer } from './server.ts'
export { FolderStorage } from './storage/folders/folder-storage.ts'
export type * from './storage/interfaces.ts'
