import { spawnSync } from 'node:child_process'
import { Refusal, demand } from '../core/index.ts'

const PIN = 'TOKEN_PIN'
const TIMEOUT_MS = 60_000

/** One call of OpenSC's `pkcs11-tool`: it loads the token maker's library, we do not. */
export interface ToolCall {
  readonly modulePath: string | null
  readonly args: readonly string[]
  /** Logs in with it. It travels in the child's environment, never in its arguments. */
  readonly pin?: string
  readonly input?: Uint8Array
}

/** @returns what it wrote. @throws {Refusal} config, key-locked, key-missing */
export function pkcs11Tool({ modulePath, args, pin, input }: ToolCall): Buffer {
  const module = modulePath === null ? [] : ['--module', modulePath]
  const login = pin === undefined ? [] : ['--login', '--pin', `env:${PIN}`]
  const ran = spawnSync('pkcs11-tool', [...module, ...login, ...args], {
    input: input ?? new Uint8Array(),
    env: { ...process.env, LC_ALL: 'C', ...(pin !== undefined && { [PIN]: pin }) },
    timeout: TIMEOUT_MS,
  })
  if (ran.error) {
    const isMissing = 'code' in ran.error && ran.error.code === 'ENOENT'
    throw new Refusal(
      'config',
      isMissing ? 'pkcs11-tool is not installed (Debian: opensc)' : 'pkcs11-tool did not end',
    )
  }
  const said = ran.stderr.toString()
  demand(!said.includes('CKR_PIN_LOCKED'), 'key-locked', 'the token has locked itself')
  demand(!/CKR_PIN_(INCORRECT|LEN_RANGE|INVALID)/.test(said), 'key-locked', 'a wrong PIN')
  demand(!said.includes('Failed to load pkcs11 module'), 'config', 'no such PKCS#11 module')
  demand(ran.status === 0, 'key-missing', `the token refused (${reason(said)})`)
  return ran.stdout
}

/** The token's own code, if it gave one: its other words may hold names of people. */
const reason = (said: string) => /CKR_[A-Z_]+/.exec(said)?.[0] ?? 'no reason given'

/** A token that is there. */
export interface Slot {
  /** `0x…`, as the tool takes it. */
  readonly id: string
  readonly token: string
  readonly serial: string
}

/** What `pkcs11-tool -L` prints. */
export function parseSlots(text: string): readonly Slot[] {
  return text.split(/^(?=Slot )/m).flatMap((block) => {
    const id = /^Slot \d+ \((0x[0-9a-f]+)\)/.exec(block)?.[1]
    const token = /^ {2}token label {8}: (.*)$/m.exec(block)?.[1]
    const serial = /^ {2}serial num {9}: (.*)$/m.exec(block)?.[1]
    if (id === undefined || token === undefined || serial === undefined) return []
    return [{ id, token: token.trimEnd(), serial: serial.trimEnd() }]
  })
}

/** A public key that is there. */
export interface TokenObject {
  readonly label: string
  /** Hex. */
  readonly id: string
}

/** What `pkcs11-tool -O` prints. */
export function parseObjects(text: string): readonly TokenObject[] {
  return text.split(/^(?=\S.* Object; )/m).flatMap((block) => {
    const label = /^ {2}label: {6}(.*)$/m.exec(block)?.[1]
    const id = /^ {2}ID: {9}([0-9a-f]+)$/m.exec(block)?.[1]
    return label === undefined || id === undefined ? [] : [{ label, id }]
  })
}
