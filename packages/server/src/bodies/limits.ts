/** Bytes of a body that a route takes, where clients need more than `DEFAULT`. None of what is measured came near it. */
const MIB = 1024 * 1024

/** All that says one thing: a project, a run, a state, a question. */
export const DEFAULT: number = MIB
/** What was logged has the limit that the server is configured with: the oldest clients send all that they hold at once. */
export const METRICS: number = Number.MAX_SAFE_INTEGER
/** 3,000 columns, each with three names of 512 characters that are all escaped. */
export const COLUMNS: number = 32 * MIB
/** A configuration, and lists of packages; as much as is parsed at once. */
export const PROFILE: number = 8 * MIB
/** Paths of objects, and parts of saved files. */
export const PATHS: number = 32 * MIB
