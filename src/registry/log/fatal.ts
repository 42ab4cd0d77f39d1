/**
 * After this nobody can say from memory what is in the log: the sequencer drops all it knows,
 * reloads and verifies. Never shown to a caller.
 */
export class Fatal extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'Fatal'
  }
}
