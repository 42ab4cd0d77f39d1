import { demand } from '../../core/index.ts'
import { PASSWORD, RC, TAG } from './codes.ts'
import { Reader } from './reader.ts'
import { EMPTY, concat, sized, u32 } from './writer.ts'

/** Tag, size, code: TCG TPM 2.0 Library, Part 3, §4.4. */
export const HEADER_BYTES = 10
/** Ours are below 2 KiB, both ways; a chip has 4 KiB at most. */
const MAX_FRAME_BYTES = 4096

/** A command before it is a frame. */
export interface Command {
  readonly code: number
  readonly handles: readonly number[]
  /**
   * One session for each handle that wants authorisation, in their order: a session's handle, or
   * `PASSWORD` for an empty password. None: a plain frame.
   */
  readonly sessions?: readonly number[]
  readonly parameters?: Uint8Array
  /** Whether the answer begins with a handle. */
  readonly givesHandle?: boolean
}

/** What a command that succeeded brought. */
export interface Answer {
  /** Zero where the command gives none. */
  readonly handle: number
  readonly parameters: Reader
}

export function encodeCommand(command: Command): Uint8Array {
  const { code, handles, sessions = [], parameters = EMPTY } = command
  // The session goes on after the command (attribute 1): it is flushed by whoever started it.
  const area = sessions.map((session) =>
    concat(u32(session), sized(EMPTY), new Uint8Array([1]), sized(EMPTY)),
  )
  const authorisations = concat(...area)
  const body = concat(
    ...handles.map(u32),
    ...(sessions.length > 0 ? [u32(authorisations.length), authorisations] : []),
    parameters,
  )
  const tag = sessions.length > 0 ? TAG.sessions : TAG.plain
  const head = concat(u32(tag).subarray(2), u32(HEADER_BYTES + body.length), u32(code))
  return concat(head, body)
}

/** The size an answer says it has, from its first ten bytes. @throws {Refusal} store */
export function frameSize(header: Uint8Array): number {
  const reader = new Reader(header)
  const tag = reader.u16()
  demand(tag === TAG.plain || tag === TAG.sessions, 'store', 'not an answer of a tpm')
  const size = reader.u32()
  const fits = size >= HEADER_BYTES && size <= MAX_FRAME_BYTES
  demand(fits, 'store', 'an answer of the tpm has no size it can have')
  return size
}

/** The response code of a whole frame. @throws {Refusal} store */
export function responseCode(frame: Uint8Array): number {
  demand(frame.length >= HEADER_BYTES, 'store', 'an answer of the tpm is cut short')
  demand(frameSize(frame.subarray(0, HEADER_BYTES)) === frame.length, 'store', 'sizes disagree')
  return new Reader(frame.subarray(6)).u32()
}

/** Reads a frame that reports success, as the answer to that command. @throws {Refusal} store */
export function parseAnswer(frame: Uint8Array, command: Command): Answer {
  demand(responseCode(frame) === RC.success, 'store', 'not a success')
  const sessions = command.sessions ?? []
  const isPlain = new Reader(frame).u16() === TAG.plain
  demand(isPlain === (sessions.length === 0), 'store', 'an answer without its sessions')
  const body = new Reader(frame.subarray(HEADER_BYTES))
  const handle = command.givesHandle ? body.u32() : 0
  if (isPlain) {
    const rest = frame.subarray(HEADER_BYTES + (command.givesHandle ? 4 : 0))
    return { handle, parameters: new Reader(rest) }
  }
  const parameters = new Reader(body.take(body.u32()))
  for (const session of sessions) readAcknowledgement(body, session)
  body.done()
  return { handle, parameters }
}

/** An acknowledged password is empty in all its fields; a policy session's carries a nonce. */
function readAcknowledgement(body: Reader, session: number): void {
  const nonce = body.sized(64)
  demand(session !== PASSWORD || nonce.length === 0, 'store', 'a nonce for a password')
  body.u8()
  body.sized(64)
}
