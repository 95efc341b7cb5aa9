export { refuseInBackground } from './background-flag.ts'
