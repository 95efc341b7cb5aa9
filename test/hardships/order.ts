/** What a program of these tests is to do. */
export interface Order {
  readonly how:
    | 'a heap that fills up'
    | 'much memory'
    | 'being stopped'
    | 'many runs'
    | 'many programs'
    | 'a full disk'
    | 'a place nobody may write to'
    | 'privileges that are given up'
    | 'a deleted folder'
    | 'a clock that jumps'
    | 'an end inside an exit handler'
  readonly name: string
  readonly logdir: string
  /** File of the recorder. */
  readonly moments: string
  /** Receives the number of rows whose log() has returned. */
  readonly acknowledged: string
  /** Receives the outcome, once there is one. */
  readonly outcome: string
  readonly slackUrl?: string
  /** 0: it sends no mail, which costs a background process half a second. */
  readonly smtpPort?: number
  readonly end?: 'finish' | 'return' | 'kill' | 'exit' | 'abort'
  readonly bytes?: number
  readonly runs?: number
  /** Number of the user to become. */
  readonly become?: number
}
