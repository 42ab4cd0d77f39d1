import { expect, test } from 'vitest'
import { ask } from '../../../test/ask.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { World, imeiNumber } from '../../../test/world.ts'
import { APPROVER, FORCE, PROPOSER } from '../../cli/clients/officer.ts'
import { signDraft, type ReadDraft, type Signature } from '../../cli/clients/drafts.ts'
import {
  certificatePayload,
  certificateOf,
  coseSign,
  parseDocument,
  type Certificate,
  type Signer,
} from '../../core/index.ts'
import { generateEs256 } from '../../host/index.ts'

const DAY_MS = 86_400_000
const CERT = 'application/stolen-cert+cbor'

/** A case about a phone nobody enrolled, and the draft of its lock. */
async function draftLock(world: World, n: number): Promise<{ caseId: string; draft: ReadDraft }> {
  const about = { crimeReference: `TWO/${n}`, why: 'theft', imei: imeiNumber(n) } as const
  const { id } = await world.first.openCase(about)
  return { caseId: id, draft: await world.first.draft(id, { act: 'lock' }) }
}

/** The registry's word on some signatures of one draft: its state, or the code of its refusal. */
async function sign(world: World, ...signatures: Signature[]): Promise<string> {
  const { code, json } = await ask(world, { path: '/v1/signatures', body: { signatures } })
  if (code !== undefined) return code
  const [result] = json['results'] as { state: string; code?: string }[]
  return result!.code ?? result!.state
}

describeOnEachEngine('proposing and approving', (open) => {
  test('A49, A50: each signature has its own slot, and one person or key is never two', async () => {
    await using world = await World.boot({ database: await open() })
    const [first, second, third] = world.founding.officers.map(({ signer }) => signer) as [
      Signer,
      Signer,
      Signer,
    ]
    const { force, founding } = world
    const { caseId, draft } = await draftLock(world, 1)
    const as = (slot: number, signer: Signer) => signDraft(draft, slot, signer)
    const { size } = world.running.context.sequencer.ledger

    for (const [slot, signer, code] of [
      [PROPOSER, generateEs256().signer, 'chain'],
      [PROPOSER, force, 'signer-set'],
      [PROPOSER, founding.operators[0]!.signer, 'signer-set'],
      [FORCE, first, 'signer-set'],
      [FORCE, founding.forceIssue.signer, 'signer-set'],
      [FORCE, founding.national.signer, 'signer-set'],
      [FORCE, founding.intake.signer, 'signer-set'],
      [3, first, 'signer-set'],
    ] as const)
      expect(await sign(world, as(slot, signer)), `${slot}`).toBe(code)
    const spoilt = as(PROPOSER, first)
    const bytes = Buffer.from(spoilt.signature, 'base64')
    bytes[bytes.length - 1]! ^= 1
    const broken = { ...spoilt, signature: bytes.toString('base64') }
    expect(await sign(world, broken)).toBe('signature')
    const rubbish = { ...spoilt, signature: Buffer.alloc(3_000).toString('base64') }
    expect(await sign(world, rubbish)).toBe('too-large')
    const other = await draftLock(world, 2)
    const moved = { ...signDraft(other.draft, PROPOSER, first), draft: draft.id }
    expect(await sign(world, moved)).toBe('signature')

    expect(await sign(world, as(PROPOSER, first))).toBe('collecting')
    expect(await sign(world, as(APPROVER, first))).toBe('same-officer')
    expect(await sign(world, as(FORCE, force))).toBe('collecting')
    expect(await sign(world, as(APPROVER, first))).toBe('same-officer')
    expect(await sign(world, as(APPROVER, force))).toBe('signer-set')
    expect(world.running.context.sequencer.ledger.size).toBe(size)
    expect(await world.stateOf(imeiNumber(1))).toBe('protected')

    expect(await sign(world, as(APPROVER, second))).toBe('logged')
    // Logged is logged: again, and by somebody else, the answer stays where it stands.
    expect(await sign(world, as(APPROVER, third))).toBe('logged')
    expect(world.running.context.sequencer.ledger.size).toBe(size + 1)
    expect((await world.first.case(caseId)).state).toBe('locked')
    await world.settle()
    expect(await world.stateOf(imeiNumber(1))).toBe('stolen')
    await world.audit()
  })

  test('all signers at the same moment: the order is logged, once', async () => {
    await using world = await World.boot({ database: await open() })
    const { draft } = await draftLock(world, 1)
    const [first, second] = world.founding.officers
    const said = await Promise.all([
      sign(world, signDraft(draft, FORCE, world.force)),
      sign(world, signDraft(draft, PROPOSER, first!.signer)),
      sign(world, signDraft(draft, APPROVER, second!.signer)),
    ])
    expect(said).toContain('logged')
    const locks = world.database.db.selectFrom('orders').select('oid').where('act', '=', 'lock')
    expect((await locks.execute()).length).toBe(1)
    await world.audit()
  })

  test('of two drafts for one phone the second is void once the first is logged', async () => {
    await using world = await World.boot({ database: await open() })
    const { caseId, draft } = await draftLock(world, 1)
    const stale = await world.first.draft(caseId, { act: 'lock' })
    const [first, second] = world.founding.officers.map(({ signer }) => signer) as [Signer, Signer]
    const all = (of: ReadDraft) => [
      signDraft(of, FORCE, world.force),
      signDraft(of, PROPOSER, first),
      signDraft(of, APPROVER, second),
    ]
    expect(await sign(world, ...all(draft))).toBe('logged')
    expect(await sign(world, ...all(stale))).toBe('replay')
    expect(await sign(world, ...all(stale))).toBe('case-closed')
    await expect(world.first.draft(caseId, { act: 'lock' })).rejects.toMatchObject({
      code: 'wrong-state',
    })
    await world.audit()
  })

  test('a draft waits six days; signed later it is refused and the case is drafted anew', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    const { draft } = await draftLock(world, 1)
    const [first, second] = world.founding.officers.map(({ signer }) => signer) as [Signer, Signer]
    await sign(world, signDraft(draft, PROPOSER, first), signDraft(draft, FORCE, world.force))
    world.advance(6 * DAY_MS + 1_000)
    expect(await sign(world, signDraft(draft, APPROVER, second))).toBe('window')
    expect(await sign(world, signDraft(draft, APPROVER, second))).toBe('case-closed')
    const { db } = world.database
    const rows = await db.selectFrom('cases').select('state').execute()
    expect(rows).toEqual([{ state: 'open' }])
  })
})

describeOnEachEngine('another force', (open) => {
  test('sees nothing of a case, signs nothing of it, and an officer without his force is nobody', async () => {
    await using world = await World.boot({ database: await open() })
    await world.stopEdge()
    await world.lock({ imei: imeiNumber(9) }) // the first order ends the founding: keys wait from now on
    const { national, certificates } = world.founding
    const now = Math.floor(world.surroundings.clock() / 1000)
    const model = certificates.map((bytes) => certificateOf(parseDocument(bytes, CERT)).cert)
    const like = (role: Certificate['role'], use: Certificate['use'] = null) =>
      model.find((cert) => cert.role === role && cert.use === use)!
    const make = (of: Certificate, changes: Partial<Certificate>, by: Signer) => {
      const { signer } = generateEs256()
      const cert = { ...of, ...changes, key: signer.key, nbf: now - 60 }
      const bytes = coseSign(CERT, certificatePayload(cert), [by])
      return { signer, body: bytes }
    }
    const issue = make(like('force', 'issue'), { sub: 'zz.other' }, national.signer)
    const order = make(like('force', 'order'), { sub: 'zz.other' }, national.signer)
    const officer = make(like('officer'), { sub: 'zz.other/abcd', iss: 'zz.other' }, issue.signer)
    const { sequencer } = world.running.context
    for (const { body } of [issue, order, officer])
      await sequencer.submit({ kind: 'certificate', body })
    const mine = { method: 'GET', path: '/v1/cases', by: officer.signer } as const
    expect(await ask(world, mine)).toMatchObject({ code: 'unauthenticated' }) // a new key waits a day
    world.advance(DAY_MS + 1_000)
    expect((await ask(world, mine)).json).toEqual({ items: [], next: null })

    const about = { crimeReference: 'OTHER/1', why: 'theft', imei: imeiNumber(1) }
    const by = world.founding.officers[0]!.signer
    const opened = await ask(world, { path: '/v1/cases', body: about, by })
    const caseId = String(opened.json['id'])
    const path = `/v1/cases/${caseId}/drafts`
    const drafted = await ask(world, { path, body: { act: 'lock' }, by })
    const draft = {
      id: String(drafted.json['id']),
      payload: Buffer.from(String(drafted.json['payload']), 'base64'),
    }
    for (const question of [
      { method: 'GET', path: `/v1/cases/${caseId}`, by: officer.signer },
      { method: 'GET', path, by: officer.signer },
      { path, body: { act: 'lock' }, by: officer.signer },
    ] as const)
      expect(await ask(world, question)).toMatchObject({ status: 404, code: 'not-found' })
    const as = (slot: number, signer: Signer) => signDraft(draft as never, slot, signer)
    for (const slot of [PROPOSER, APPROVER])
      expect(await sign(world, as(slot, officer.signer))).toBe('signer-set')
    expect(await sign(world, as(FORCE, order.signer))).toBe('signer-set')

    // What one force locked, another neither releases nor drafts a release of.
    const [first, second] = world.founding.officers
    const done = [as(FORCE, world.force), as(PROPOSER, first!.signer), as(APPROVER, second!.signer)]
    expect(await sign(world, ...done)).toBe('logged')
    const theirs = await ask(world, { path: '/v1/cases', body: about, by: officer.signer })
    const release = {
      path: `/v1/cases/${String(theirs.json['id'])}/drafts`,
      body: { act: 'release', to: 'returned' },
      by: officer.signer,
    }
    expect((await ask(world, release)).status).toBeGreaterThanOrEqual(409)
  })
})
