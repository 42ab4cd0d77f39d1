import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  concat,
  coseSign,
  decodeCbor,
  encodeCbor,
  encodeEntry,
  parseEntry,
  type CborValue,
} from '../core/index.ts'
import { generateEs256 } from '../host/index.ts'
import { MAX_BUNDLE_BYTES, type Bundle } from '../wire/index.ts'
import { DemoLog } from './testing/demo-log.ts'
import { Stage, refusalOf } from './testing/stage.ts'

const RUNS = process.env['SLOW'] ? 2000 : 100

let stage: Stage
let good: Uint8Array
beforeAll(async () => {
  stage = await Stage.boot()
  // No cosigner more than needed: a line that nobody needs may be bent without harm.
  const least = { witnesses: 2, guardians: 2 }
  good = (await stage.log.issue('lock', stage.ids, { ctr: 1 }, least)).bundle
})
afterAll(() => stage.close())

/** The refusal of a bundle, after seeing that nothing whatever changed. */
async function refused(bundle: Uint8Array): Promise<string> {
  const before = await stage.disk()
  const screen = stage.phone.screen()
  const code = await refusalOf(() => stage.phone.receive(bundle))
  expect(await stage.disk()).toEqual(before)
  expect(stage.phone.screen()).toEqual(screen)
  return code
}

async function bent(change: (bundle: Bundle) => Bundle): Promise<Uint8Array> {
  return (await stage.log.issue('lock', stage.ids, { ctr: 1 }, { change })).bundle
}

describe('a bad bundle changes nothing, on the disk or on the screen', () => {
  it('malformed', async () => {
    expect(await refused(new Uint8Array())).toBe('malformed')
    expect(await refused(encodeCbor('lock it'))).toBe('malformed')
    expect(await refused(encodeCbor([1, 2, 3]))).toBe('malformed')
  })

  it('not the one canonical spelling', async () => {
    const fields = decodeCbor(good, 65_536) as ReadonlyMap<number, CborValue>
    const pairs = [...fields].toReversed().map((pair) => pair.map((item) => encodeCbor(item)))
    const backwards = concat(new Uint8Array([0xa5]), ...pairs.flat())
    expect(backwards.length).toBe(good.length)
    expect(await refused(backwards)).toBe('not-canonical')
  })

  it('oversized', async () => {
    const padding = new Uint8Array(MAX_BUNDLE_BYTES)
    expect(await refused(await bent((b) => ({ ...b, opening: padding })))).toBe('too-large')
    expect(await refused(new Uint8Array(8_000_000))).toBe('too-large')
  })

  it('truncated at every 97th byte', async () => {
    for (let end = 0; end < good.length; end += 97)
      expect(await refused(good.slice(0, end))).toBe('malformed')
  })

  it('no order at all', async () => {
    const certificate = stage.log.founding.certificates[0]!
    const entry = encodeCbor([1, 2, stage.log.now * 1000, decodeCbor(certificate)])
    expect(await refused(await bent((b) => ({ ...b, entry })))).toBe('unknown-kind')
  })

  it('a signature that does not verify', async () => {
    const { forceOrder, officers } = stage.log.founding
    const [first, second] = officers.map(({ signer }) => signer)
    const forger = generateEs256().signer
    const forged = { ...forger, key: second!.key }
    const signers = [forceOrder.signer, first!, forged]
    const { bundle } = await stage.log.issue('lock', stage.ids, { ctr: 1, signers })
    expect(await refused(bundle)).toBe('signature')
  })

  it('A49: one officer, or one officer twice', async () => {
    const { forceOrder, officers } = stage.log.founding
    const one = officers[0]!.signer
    for (const signers of [
      [forceOrder.signer, one],
      [forceOrder.signer, one, one],
    ]) {
      const { bundle } = await stage.log.issue('lock', stage.ids, { ctr: 1, signers })
      expect(await refused(bundle)).toBe('signer-set')
    }
  })

  it('signed by nobody the root knows', async () => {
    const signers = [1, 2, 3].map(() => generateEs256().signer)
    const { bundle } = await stage.log.issue('lock', stage.ids, { ctr: 1, signers })
    expect(await refused(bundle)).toBe('chain')
  })

  it('without the certificates of its chain', async () => {
    expect(await refused(await bent((b) => ({ ...b, certificates: [] })))).toBe('chain')
  })

  it("another device's", async () => {
    const { bundle } = await stage.log.issue('lock', stage.stranger, { ctr: 1 })
    expect(await refused(bundle)).toBe('not-this-device')
  })

  it('a device known by number only', async () => {
    const { bundle } = await stage.log.issue('lock', { ...stage.ids, dak: null }, { ctr: 1 })
    expect(await refused(bundle)).toBe('not-this-device')
  })

  it("another order's opening", async () => {
    const { opening } = stage.log.order('lock', stage.ids, { ctr: 1 })
    expect(await refused(await bent((b) => ({ ...b, opening })))).toBe('opening')
  })

  it('A52, A53: at the device: a lock that force, officers, log and all witnesses signed, and too few guardians', async () => {
    for (const guardians of [0, 1]) {
      const { bundle } = await stage.log.issue('lock', stage.ids, { ctr: 1 }, { guardians })
      expect(await refused(bundle)).toBe('guardian-quorum')
    }
  })

  it('A82, A83: without a quorum of witnesses', async () => {
    const { bundle } = await stage.log.issue('lock', stage.ids, { ctr: 1 }, { witnesses: 1 })
    expect(await refused(bundle)).toBe('witness-quorum')
  })

  it('a cosignature that does not verify', async () => {
    const broken = await bent((b) => {
      const end = b.proof.lastIndexOf('==') - 4
      const swapped = b.proof[end] === 'A' ? 'B' : 'A'
      return { ...b, proof: b.proof.slice(0, end) + swapped + b.proof.slice(end + 1) }
    })
    expect(await refused(broken)).toBe('note-signature')
  })

  it('a proof that is none', async () => {
    expect(await refused(await bent((b) => ({ ...b, proof: 'trust me\n' })))).toBe(
      'proof-malformed',
    )
  })

  it('never logged', async () => {
    const { forceOrder, officers } = stage.log.founding
    const secret = await bent((b) => {
      const entry = parseEntry(b.entry)
      const signers = [forceOrder, ...officers].map(({ signer }) => signer)
      const payload = decodeCbor(entry.body.payload)
      const body = coseSign('application/stolen-order+cbor', payload, signers)
      return { ...b, entry: encodeEntry({ ...entry, body }) }
    })
    expect(await refused(secret)).toBe('not-included')
  })

  it("a foreign log's", async () => {
    const foreign = new DemoLog(stage.log.owner, 'other.example/zz')
    const { bundle } = await foreign.issue('lock', stage.ids, { ctr: 1 })
    expect(await refused(bundle)).toBe('log-unknown')
  })

  it("a log's of the same name and another key", async () => {
    const impostor = new DemoLog(stage.log.owner)
    const { bundle } = await impostor.issue('lock', stage.ids, { ctr: 1 })
    expect(await refused(bundle)).toBe('log-signature')
  })

  it('a root document that is none, or of another root', async () => {
    const other = new DemoLog(stage.log.owner)
    const roots = (root: Uint8Array) => bent((b) => ({ ...b, roots: [root] }))
    expect(await refused(await roots(other.founding.root))).toBe('root-rollback')
    expect(await refused(await roots(other.rootOf(2)))).toBe('root-threshold')
    expect(await refused(await roots(stage.log.rootOf(3)))).toBe('root-rollback')
    expect(await refused(await roots(good))).toBe('malformed')
  })

  it('a hold that has lapsed on its way', async () => {
    const hold = stage.log.order('hold', stage.ids, { ctr: 1 })
    stage.log.now += 3601
    expect(await refused(await stage.log.bundle(hold))).toBe('expired')
  })

  it('a release of nothing', async () => {
    const { bundle } = await stage.log.issue('release', stage.ids, { ctr: 1, of: 0 })
    expect(await refused(bundle)).toBe('wrong-state')
  })
})

describe('what no bundle does', () => {
  it('random bytes raise nothing but a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4096 }), async (bytes) => {
        expect(await refusalOf(() => stage.phone.receive(bytes))).not.toBe('none')
      }),
      { numRuns: RUNS },
    )
  })

  it('a good bundle with one byte changed raises nothing but a refusal', async () => {
    const before = await stage.disk()
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: good.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, mask) => {
          const bytes = good.map((byte, i) => (i === at ? byte ^ mask : byte))
          expect(await refusalOf(() => stage.phone.receive(bytes))).not.toBe('none')
        },
      ),
      { numRuns: RUNS },
    )
    expect(await stage.disk()).toEqual(before)
  })

  it('obeys the good one once, and then knows it', async () => {
    await stage.phone.receive(good)
    expect(stage.phone.screen()?.kind).toBe('stolen')
    expect(await refused(good)).toBe('replay')
    const older = await stage.log.issue('release', stage.ids, { ctr: 1, of: 0 })
    expect(await refused(older.bundle)).toBe('replay')
    const wrong = await stage.log.issue('release', stage.ids, { ctr: 2, of: 0 })
    expect(await refused(wrong.bundle)).toBe('of-mismatch')
  })

  it('releases without the owner, or with another one, are refused', async () => {
    const { forceOrder } = stage.log.founding
    const of = (stage.phone.screen() as { index: number }).index
    const stranger = generateEs256().signer
    const signers = [forceOrder.signer, stranger]
    const wanted = { ctr: 2, of, owner: stranger, signers }
    const { bundle } = await stage.log.issue('release', stage.ids, wanted)
    expect(await refused(bundle)).toBe('owner-key')
    const alone = { ctr: 2, of, signers: [forceOrder.signer] }
    const police = await stage.log.issue('release', stage.ids, alone)
    expect(await refused(police.bundle)).toBe('signer-set')
  })
})
