/**
 * After this nobody can say from memory what is in the log: the sequencer drops all it knows,
 * reloads and verifies. Only the code is shown to a caller.
 */
export class Fatal extends Error {
  readonly code: 'fatal' | 'row-disagrees-with-log'

  constructor(message: string, cause?: unknown, code: Fatal['code'] = 'fatal') {
    super(message, { cause })
    this.name = 'Fatal'
    this.code = code
  }
}
