import {
  concat,
  decodeCbor,
  encodeCbor,
  encodeEntry,
  encodeOpening,
  coseSign,
  parseEntry,
  parseOpening,
  thumbprint,
  type Act,
  type CborValue,
  type DeviceIds,
  type Signer,
} from '../core/index.ts'
import { generateEs256 } from '../host/index.ts'
import { MAX_BUNDLE_BYTES, encodeBundle, type Bundle } from '../wire/index.ts'
import type { Bend, Step } from './case.ts'
import type { CaseLog, Logged, Vouching, Wanted } from './case-log.ts'
import { Constellation, pick } from './constellation.ts'

/** An order as the rest of its case speaks of it. */
export interface Issued extends Logged {
  readonly bundle: Uint8Array
  readonly act: Act
  readonly ctr: number
}

/** Whom an order is about, and what it continues. */
export interface About {
  readonly ids: DeviceIds
  readonly owner: Signer
  /** Leaf of the order that `of` names. */
  readonly of?: number
}

type Issue = Extract<Step, { readonly do: 'issue' }>

/** Signs, logs and proves one order, with the one fault the case asks for. */
export async function issue(
  world: Constellation,
  log: CaseLog,
  step: Issue,
  about: About,
): Promise<Issued> {
  const { act, ctr, bend, provedAfter = 0 } = step
  const logged = log.append(wantedFor(world, step, about))
  log.now += provedAfter
  const bundle: Bundle = {
    entry: logged.entry,
    certificates: world.home.certificates,
    proof: await log.prove(logged.index, vouchingFor(world, bend, log.now)),
    opening: logged.opening,
    roots: [],
    earlier: [],
  }
  const bent = bend ? bendBundle(world, bundle, bend, act) : bundle
  const bytes = encodeBundle(bent)
  return { ...logged, act, ctr, bundle: bend ? bendBytes(world, bytes, bend) : bytes }
}

function wantedFor(world: Constellation, step: Issue, { ids, owner, of }: About): Wanted {
  const { act, ctr, lasts, bend } = step
  const { forceOrder, intake } = world.home
  const who = bend === 'another-owner' ? generateEs256().signer : owner
  return {
    act,
    ctr,
    owner: who,
    ids:
      bend === 'another-device'
        ? { ...ids, dak: thumbprint(generateEs256().signer.key) }
        : bend === 'number-only'
          ? { ...ids, dak: null }
          : ids,
    auth: act === 'hold' ? intake.sub : forceOrder.sub,
    signers: signersOf(world, act, who, bend),
    ...(of !== undefined && { of }),
    ...(lasts !== undefined && { lasts }),
  }
}

function signersOf(
  { home }: Constellation,
  act: Act,
  owner: Signer,
  bend: Bend | undefined,
): readonly Signer[] {
  const force = home.forceOrder.signer
  const [first, second] = home.officers.map(({ signer }) => signer)
  const lawful: Readonly<Record<Act, readonly Signer[]>> = {
    hold: [home.intake.signer],
    lock: [force, first!, second!],
    found: [force, first!],
    release: [force, owner],
    retire: [force, owner],
  }
  switch (bend) {
    case 'one-officer':
      return [force, first!]
    case 'officer-twice':
      return [force, first!, first!]
    case 'forged-signature':
      return [
        ...lawful[act].slice(0, -1),
        { ...generateEs256().signer, key: lawful[act].at(-1)!.key },
      ]
    case 'unknown-signers':
      return Constellation.strangers().slice(0, lawful[act].length)
    case 'owner-only':
      return [owner]
    case 'police-only':
      return [force]
    case 'issuing-key':
      return [home.forceIssue.signer, ...lawful[act].slice(1)]
    default:
      return lawful[act]
  }
}

/** Two witnesses and two guardians: as many as a quorum needs, so that each of them counts. */
export function vouchingFor(world: Constellation, bend: Bend | undefined, time: number): Vouching {
  const { log, impostor, stranger, abroadLog } = world
  const { witnesses, guardians } = world
  const logs: Partial<Record<Bend, typeof log>> = {
    'foreign-log': stranger,
    'impostor-log': impostor,
    'other-country-log': abroadLog,
  }
  return {
    log: (bend && logs[bend]) ?? log,
    witnesses: witnesses.slice(0, bend === 'one-witness' ? 1 : 2),
    guardians: guardians.slice(0, bend === 'no-guardians' ? 0 : bend === 'one-guardian' ? 1 : 2),
    time,
  }
}

function bendBundle(world: Constellation, bundle: Bundle, bend: Bend, act: Act): Bundle {
  switch (bend) {
    case 'bent-cosignature':
      return { ...bundle, proof: bentLine(bundle.proof) }
    case 'bent-proof':
      return { ...bundle, proof: 'c2sp.org/tlog-proof@v1\nbelieve me\n' }
    case 'no-certificates':
      return { ...bundle, certificates: [] }
    case 'never-logged':
      return { ...bundle, entry: signedAgain(world, bundle.entry, act) }
    case 'another-opening': {
      const opening = { ...parseOpening(bundle.opening), salt: world.random(32) }
      return { ...bundle, opening: encodeOpening(opening) }
    }
    case 'root-of-others':
      return { ...bundle, roots: [world.rootOf(2, Constellation.strangers())] }
    case 'root-skipped':
      return { ...bundle, roots: [world.rootOf(3)] }
    case 'oversized':
      return { ...bundle, opening: world.random(MAX_BUNDLE_BYTES) }
    case 'no-order': {
      const t = parseEntry(bundle.entry).t
      return { ...bundle, entry: encodeCbor([1, 2, t, decodeCbor(bundle.certificates[0]!)]) }
    }
    default:
      return bundle
  }
}

/** The same order under fresh signatures: lawful in all but that it never stood in a log. */
function signedAgain({ home }: Constellation, bytes: Uint8Array, act: Act): Uint8Array {
  const entry = parseEntry(bytes)
  const by = [home.forceOrder, ...home.officers].map(({ signer }) => signer)
  const signers = act === 'lock' ? by : [home.intake.signer]
  const payload = decodeCbor(entry.body.payload)
  const body = coseSign('application/stolen-order+cbor', payload, signers)
  return encodeEntry({ ...entry, body })
}

/** Another letter in the last cosignature, which the quorum needs. */
function bentLine(proof: string): string {
  const at = proof.lastIndexOf('==') - 6
  return `${proof.slice(0, at)}${proof[at] === 'A' ? 'B' : 'A'}${proof.slice(at + 1)}`
}

function bendBytes({ random }: Constellation, bytes: Uint8Array, bend: Bend): Uint8Array {
  switch (bend) {
    case 'not-canonical': {
      const fields = decodeCbor(bytes, 65_536) as ReadonlyMap<number, CborValue>
      const pairs = [...fields].toReversed().flatMap((pair) => pair.map((item) => encodeCbor(item)))
      return concat(bytes.slice(0, 1), ...pairs)
    }
    case 'cut-short':
      return bytes.slice(0, pick(random, bytes.length))
    case 'bent-byte': {
      const at = pick(random, bytes.length)
      return bytes.with(at, bytes[at]! ^ (1 + pick(random, 255)))
    }
    default:
      return bytes
  }
}
