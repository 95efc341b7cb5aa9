export * from '@swanlab/core/media'
