import { toHex, utf8 } from '../core/bytes.ts'
import { demand } from '../core/refusal.ts'
import { COSIGNATURE, ED25519, parseVkey, type NoteKey } from './note-key.ts'
import { fromUtf8, within, type Source } from './text.ts'

/** A log whose checkpoints count; its key's name is its origin. */
export interface PolicyLog {
  readonly key: NoteKey
  readonly url: string | null
}

/** A cosigner: witness or guardian. */
export interface PolicyWitness {
  readonly name: string
  readonly key: NoteKey
  readonly url: string | null
}

/** Cosigns when at least `threshold` of its members do. */
export interface PolicyGroup {
  readonly name: string
  readonly threshold: number
  readonly members: readonly string[]
}

/**
 * Whom to believe (C2SP tlog-policy). Names of witnesses and groups are opaque bytes, one character
 * each, and mean nothing outside; a group stands after everything it names.
 */
export interface Policy {
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  readonly groups: readonly PolicyGroup[]
  /** A witness, a group, or `none`. */
  readonly quorum: string
}

/** The predefined quorum that asks for no cosignature. */
export const NO_QUORUM = 'none'

/** Room for some 400 lines; C2SP asks for 32 logs, 32 witnesses and 32 groups. */
const MAX_POLICY_BYTES = 65_536

/** @throws {Refusal} policy-malformed */
export function parsePolicy(source: Source): Policy {
  const bytes = typeof source === 'string' ? utf8(source) : source
  demand(bytes.length <= MAX_POLICY_BYTES, 'policy-malformed', 'more than 65,536 bytes')
  const allowed = bytes.every((byte) => (byte >= 0x20 ? byte !== 0x7f : byte === 9 || byte === 10))
  demand(allowed, 'policy-malformed', 'control character')
  const lines = Array.from(bytes, (byte) => String.fromCharCode(byte))
    .join('')
    .split('\n')
  demand(lines.pop() === '', 'policy-malformed', 'last line does not end in a newline')
  const reader = new PolicyReader()
  for (const line of lines) reader.read(line.split(/[ \t]+/).filter((word) => word !== ''))
  return reader.done()
}

/** One line after the other; every name must stand above its use. */
class PolicyReader {
  readonly #logs: PolicyLog[] = []
  readonly #witnesses: PolicyWitness[] = []
  readonly #groups: PolicyGroup[] = []
  readonly #names = new Set<string>([NO_QUORUM])
  readonly #members = new Set<string>()
  readonly #keys = new Set<string>()
  #quorum: string | undefined

  read(words: readonly string[]): void {
    const [keyword, ...rest] = words
    if (keyword === undefined || keyword.startsWith('#')) return
    if (keyword === 'log') this.#log(rest)
    else if (keyword === 'witness') this.#witness(rest)
    else if (keyword === 'group') this.#group(rest)
    else if (keyword === 'quorum') this.#setQuorum(rest)
    else refuseUnless(false, 'expected log, witness, group or quorum')
  }

  done(): Policy {
    refuseUnless(this.#quorum !== undefined, 'no quorum line')
    return {
      logs: this.#logs,
      witnesses: this.#witnesses,
      groups: this.#groups,
      quorum: this.#quorum,
    }
  }

  #log([vkey, url, ...more]: readonly string[]): void {
    refuseUnless(vkey !== undefined && more.length === 0, 'expected: log <vkey> [url]')
    this.#logs.push({ key: this.#key(vkey, ED25519), url: urlOf(url) })
  }

  #witness([name, vkey, url, ...more]: readonly string[]): void {
    const complete = name !== undefined && vkey !== undefined && more.length === 0
    refuseUnless(complete, 'expected: witness <name> <vkey> [url]')
    const key = this.#key(vkey, COSIGNATURE)
    this.#define(name)
    this.#witnesses.push({ name, key, url: urlOf(url) })
  }

  #group([name, threshold, ...members]: readonly string[]): void {
    const complete = name !== undefined && threshold !== undefined && members.length > 0
    refuseUnless(complete, 'expected: group <name> <k|any|all> <member…>')
    for (const member of members) {
      refuseUnless(member !== NO_QUORUM && this.#names.has(member), 'member is not defined above')
      refuseUnless(!this.#members.has(member), 'a name is a member twice')
      this.#members.add(member)
    }
    this.#define(name)
    this.#groups.push({ name, threshold: thresholdOf(threshold, members.length), members })
  }

  #setQuorum([name, ...more]: readonly string[]): void {
    refuseUnless(name !== undefined && more.length === 0, 'expected: quorum <name|none>')
    refuseUnless(this.#quorum === undefined, 'more than one quorum line')
    refuseUnless(this.#names.has(name), 'quorum is not defined above')
    this.#quorum = name
  }

  #define(name: string): void {
    refuseUnless(!this.#names.has(name), 'a name is defined twice, or is none')
    this.#names.add(name)
  }

  #key(vkey: string, type: NoteKey['type']): NoteKey {
    const bytes = Uint8Array.from(vkey, (char) => char.charCodeAt(0))
    const key = within('policy-malformed', () => parseVkey(fromUtf8(bytes, 'policy-malformed')))
    refuseUnless(key.type === type, `expected a key of type ${type}, found ${key.type}`)
    // One public key, one voice: neither under two names nor as log and witness.
    const publicKey = toHex(key.publicKey)
    refuseUnless(!this.#keys.has(publicKey), 'one public key stands there twice')
    this.#keys.add(publicKey)
    return key
  }
}

function thresholdOf(word: string, members: number): number {
  if (word === 'any') return 1
  if (word === 'all') return members
  const k = /^[1-9][0-9]{0,4}$/.test(word) ? Number(word) : 0
  refuseUnless(k >= 1 && k <= members, `expected any, all or 1 to ${members}`)
  return k
}

/** URLs are opaque octets too; percent-encoding keeps them all and leaves ASCII. */
function urlOf(word: string | undefined): string | null {
  if (word === undefined) return null
  return word.replace(/[\u0080-\u00ff]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
}

function refuseUnless(condition: boolean, message: string): asserts condition {
  demand(condition, 'policy-malformed', message)
}
