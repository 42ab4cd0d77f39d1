import { randomBytes } from 'node:crypto'
import {
  WHY_DISTRUSTED,
  coseSign,
  distrustPayload,
  encodeEntry,
  identityPayload,
  orderPayload,
  ownerCommitment,
  parseDocument,
  thumbprint,
  type Order,
  type Signer,
} from '../../core/index.ts'
import { generateEs256, generateNoteSigner, nodeVerifiers } from '../../host/index.ts'
import { COSIGNATURE, type NoteKey } from '../../log/index.ts'
import { found } from '../../sim/index.ts'
import { readTrust } from '../../wire/index.ts'

const ORDER = 'application/stolen-order+cbor'
const DISTRUST = 'application/stolen-distrust+cbor'
const IDENTITY = 'application/stolen-identity+cbor'
const random = (length: number) => new Uint8Array(randomBytes(length))

/** A founded force that makes real log entries. Times in ms. */
export function foundForce(log: NoteKey, nowMs: number, capPerHour: number) {
  const now = Math.floor(nowMs / 1000)
  const member = (name: string) => {
    const { signer } = generateNoteSigner(name, COSIGNATURE)
    return { name, key: signer.key, url: 'http://127.0.0.1/' }
  }
  const founding = found({
    now,
    log: { key: log, url: 'http://127.0.0.1/' },
    witnesses: [member('w1')],
    guardians: [member('g1')],
    capPerHour,
    officers: 2,
    operators: 0,
    tacs: [],
  })
  const owner = generateEs256().signer
  const ownerSalt = random(32)
  const [first, second] = founding.officers.map(({ signer }) => signer) as [Signer, Signer]
  const force = founding.forceOrder.signer
  const order = (fields: Partial<Order> & Pick<Order, 'act'>): Order => ({
    oid: random(16),
    auth: founding.forceOrder.sub,
    dev: random(32),
    ctr: 1,
    nbf: now - 60,
    exp: now + 86_400,
    ...fields,
  })
  const signed = (fields: Order, t: number, signers: readonly Signer[]) =>
    encodeEntry({ kind: 'order', t, body: coseSign(ORDER, orderPayload(fields), signers) })
  const lockSignedBy = (t: number, signers: readonly Signer[]) =>
    signed(
      order({
        act: 'lock',
        case: random(32),
        own: ['in-person', random(32)],
        why: 1,
        okc: ownerCommitment(ownerSalt, owner.key),
      }),
      t,
      signers,
    )
  return {
    trust: readTrust(founding.root, nodeVerifiers()),
    certificates: (t: number) =>
      founding.certificates.map((bytes) => {
        const body = parseDocument(bytes, 'application/stolen-cert+cbor')
        return encodeEntry({ kind: 'certificate', t, body })
      }),
    lock: (t: number) => lockSignedBy(t, [force, first, second]),
    /** An honest pair that nobody can open. */
    pair: (t: number) => {
      const record = {
        type: 'pair',
        com: random(32),
        exp: now + 86_400,
        of: null,
        log: log.name,
      } as const
      const body = coseSign(IDENTITY, identityPayload(record), [force, first, second])
      return encodeEntry({ kind: 'identity', t, body })
    },
    /** One officer proposes and approves. */
    lockByOneOfficer: (t: number) => lockSignedBy(t, [force, first, first]),
    /** An officer nobody certified approves. */
    lockByStranger: (t: number) => lockSignedBy(t, [force, first, generateEs256().signer]),
    /** The certified force and officers, but one signature is spoilt. */
    lockWithSpoiltSignature: (t: number) => {
      const good = lockSignedBy(t, [force, first, second])
      good[good.length - 1]! ^= 1
      return good
    },
    /** The nation voids the force's order key from leaf `from` on. */
    distrust: (from: number, t: number, kept: readonly number[] = []) => {
      const key = thumbprint(force.key)
      const payload = distrustPayload({
        key,
        from,
        reason: WHY_DISTRUSTED.overCap,
        kept,
        log: log.name,
      })
      const body = coseSign(DISTRUST, payload, [founding.national.signer])
      return encodeEntry({ kind: 'distrust', t, body })
    },
    release: (of: number, t: number) =>
      signed(
        order({ act: 'release', of, ctr: 2, to: 1, okey: { salt: ownerSalt, key: owner.key } }),
        t,
        [force, owner],
      ),
  }
}
