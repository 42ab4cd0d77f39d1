import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { refusalOf } from '../../src/device/testing/stage.ts'
import { CC, PASSWORD } from '../../src/device/tpm/codes.ts'
import { encodeGrants } from '../../src/device/tpm/grants.ts'
import { setBitsHash, refs, writtenIndices, grantPolicy } from '../../src/device/tpm/indices.ts'
import { nvWrite, setBits } from '../../src/device/tpm/nv-commands.ts'
import { PolicySession } from '../../src/device/tpm/policy-session.ts'
import { raiseBits } from '../../src/device/tpm/raise-bits.ts'
import { approve, endTerm, keysOf } from '../../src/device/tpm/sign-grants.ts'
import { verifyStateProof } from '../../src/device/tpm/state-proof.ts'
import { machine } from '../../src/host/index.ts'
import { BOOT_KEY, MadePhone, free, key, released, stolen } from './made-phone.ts'
import { printedTable } from './table.ts'

const row = printedTable('the store: two indices of bits')
const { random } = machine
const LOCKOUT = 0x4000000a

let phone: MadePhone
beforeEach(async () => {
  phone = await MadePhone.make()
})
afterEach(() => phone[Symbol.asyncDispose]())

describe('the lock bits', () => {
  test('boot key sealed to L = R: comes while free, not while locked, again after the release', async () => {
    const sealed = await phone.store.seal(BOOT_KEY)
    expect(await phone.store.unseal(sealed, free)).toEqual(BOOT_KEY)
    await phone.lock()
    expect(await refusalOf(() => phone.store.unseal(sealed, free))).toBe('wrong-state')
    await phone.release()
    expect(await phone.store.unseal(sealed, released)).toEqual(BOOT_KEY)
    row('boot key sealed to L = R', 'unseals only while free')
  })

  test('write of L and R without policy, by the index’s password or the TPM’s owner: refused', async () => {
    const { lock, release } = writtenIndices(phone.governed)
    for (const { handle } of [lock, release])
      for (const [who, by, expected] of [
        ['as index', handle, '12f'],
        ['as TPM owner', 0x40000001, '149'],
        ['as platform', 0x4000000c, '149'],
      ] as const) {
        const right = { handle: by, session: PASSWORD }
        const rc = await phone.rcOf((tpm) => nvWrite(tpm, right, handle, new Uint8Array(8)))
        expect(rc).toBe(expected)
        if (handle === lock.handle) row(`write of L without policy, ${who}`, `refused ${rc}`)
      }
  })

  test('release without owner, by another key, by police in the owner’s slot: refused', async () => {
    await phone.lock()
    const { founders, governed } = phone
    for (const [who, by] of [
      ['police in the owner’s slot', { ...founders, owner: founders.police }],
      ['another police key', { ...founders, police: key() }],
    ] as const) {
      const grants = { mandate: phone.mandate(), grants: [phone.grant('release', 0, by)] }
      const rc = await phone.rcOf((tpm) => raiseBits(tpm, governed, grants))
      expect(rc).toBe('5db')
      row(`release, ${who}`, `refused ${rc}`)
    }
    const alone = [{ ...phone.grant('release'), owner: null }]
    const approved = await phone.rcOf((tpm) =>
      raiseBits(tpm, governed, { mandate: phone.mandate(), grants: alone }),
    )
    expect(approved).toBe('1c4') // the policy shown so far is not the approved one
    row('release, police alone, with the approver’s word', `refused ${approved}`)
    const { release } = writtenIndices(governed)
    const cpHash = setBitsHash(release, 1n)
    const { police } = phone.grant('release')
    const bare = await phone.rcOf((tpm) =>
      PolicySession.during(tpm, async (session) => {
        const ref = refs.police('release', governed.device)
        await session.signed({ key: founders.police.key, ref, cpHash, signature: police })
        await setBits(tpm, { handle: release.handle, session: session.handle }, 1n)
      }),
    )
    expect(bare).toBe('99d')
    row('release, police alone, without it', `refused ${bare}`)
  })

  test('altered bits: a grant is signed for its own bit and no other', async () => {
    const { founders, governed } = phone
    const altered = { ...phone.grant('lock'), number: 1 }
    const claimed = await phone.rcOf((tpm) =>
      raiseBits(tpm, governed, { mandate: phone.mandate(), grants: [altered] }),
    )
    expect(claimed).toBe('5db')
    const index = writtenIndices(governed).lock
    const { device, approver } = governed
    const mandate = phone.mandate()
    const run = await phone.rcOf((tpm) =>
      PolicySession.during(tpm, async (session) => {
        await session.nv(writtenIndices(governed).term.handle, {
          operand: new Uint8Array(8),
          operation: 0,
        })
        await session.signed({
          key: founders.police.key,
          ref: refs.police('lock', device),
          cpHash: setBitsHash(index, 1n),
          signature: phone.grant('lock').police,
        })
        await session.authorized({
          key: approver,
          ref: refs.approve('lock', device),
          policy: grantPolicy('lock', governed, mandate.keys, 0),
          signature: mandate.approvals.lock,
        })
        await setBits(tpm, { handle: index.handle, session: session.handle }, 2n)
      }),
    )
    expect(run).toBe('99d')
    row('altered bits: claimed as signed; run after a good signature', `refused ${claimed}; ${run}`)
  })

  test('A19 replaying an old lock or release changes nothing', async () => {
    await phone.lock()
    await phone.release()
    const sealed = await phone.store.seal(BOOT_KEY)
    const old = [phone.grant('lock'), phone.grant('release')]
    const rc = await phone.rcOf(async (tpm) => {
      await raiseBits(tpm, phone.governed, { mandate: phone.mandate(), grants: old })
    })
    expect(rc).toBe('done')
    expect(await phone.store.unseal(sealed, released)).toEqual(BOOT_KEY)
    row('old lock and release again', 'no change')
  })

  test('a grant for one phone is none for another', async () => {
    await using other = await MadePhone.make()
    const foreign = { mandate: phone.mandate(), grants: [phone.grant('lock')] }
    const rc = await other.rcOf((tpm) => raiseBits(tpm, other.governed, foreign))
    expect(rc).toBe('5db')
    row('a grant of another phone', `refused ${rc}`)
  })

  test('the boot key follows the locks through the branches of the policy: 8, 9 and 17', async () => {
    const sealed = await phone.store.seal(BOOT_KEY)
    const told: string[] = []
    for (let number = 0; number < 17; number++) {
      const locks = number + 1
      await phone.store.apply(stolen, phone.grants(phone.grant('lock', number)))
      if ([8, 9, 17].includes(locks))
        expect(await refusalOf(() => phone.store.unseal(sealed, free))).toBe('wrong-state')
      await phone.store.apply(released, phone.grants(phone.grant('release', number)))
      if (![7, 8, 9, 16, 17].includes(locks)) continue
      expect(await phone.store.unseal(sealed, released)).toEqual(BOOT_KEY)
      told.push(`${locks}`)
    }
    row('boot key after so many locks and releases, nested PolicyOR', told.join(', '))
  })

  test('the last lock of 63 and its release', async () => {
    const { governed, founders } = phone
    const sealed = await phone.store.seal(BOOT_KEY)
    for (let number = 0; number < 63; number++)
      await phone.store.apply(stolen, phone.grants(phone.grant('lock', number)))
    for (let first = 0; first < 63; first += 21) {
      const some = Array.from({ length: 21 }, (_, i) => phone.grant('release', first + i))
      const record = first === 42 ? released : stolen
      await phone.store.apply(record, phone.grants(...some))
    }
    expect(await phone.store.unseal(sealed, released)).toEqual(BOOT_KEY)
    expect(governed.approver).toEqual(founders.approver.key)
  })
})

describe('what was made for good', () => {
  test('police rotate by the approver’s word with the index untouched; a self-approval is refused', async () => {
    const { founders, governed } = phone
    const next = { ...founders, police: key() }
    const rogue = approve(next.police, governed, keysOf(next))
    const grants = [phone.grant('lock', 0, next)]
    const rc = await phone.rcOf((tpm) => raiseBits(tpm, governed, { mandate: rogue, grants }))
    expect(rc).toBe('2db')
    await phone.store.apply(stolen, encodeGrants({ mandate: phone.mandate(next), grants }))
    expect((await phone.prove()).isLocked).toBe(true)
    row('rotation: a rogue approves itself; the approver approves', `refused ${rc}; written`)
  })

  test('an old police key loses its power once its term was ended, whatever it signed before', async () => {
    const { founders, governed } = phone
    const old = { mandate: phone.mandate(), grants: [phone.grant('lock')] }
    const next = { ...founders, police: key() }
    const ends = [endTerm(founders.approver, governed, 0)]
    const mandate = phone.mandate(next, ends)
    await phone.store.apply(free, encodeGrants({ mandate, grants: [] }))
    expect((await phone.prove()).term).toBe(1n)

    const asOld = await refusalOf(() => phone.past((tpm) => raiseBits(tpm, governed, old)))
    expect(asOld).toBe('store') // our program does not even try
    const claims = { ...old, mandate: { ...old.mandate, ends } }
    const rc = await phone.rcOf((tpm) => raiseBits(tpm, governed, claims))
    expect(rc).toBe('2db') // it has no approval for the new term
    const first = await phone.rcOf((tpm) =>
      PolicySession.during(tpm, (session) =>
        session.nv(writtenIndices(governed).term.handle, {
          operand: new Uint8Array(8),
          operation: 0,
        }),
      ),
    )
    expect(first).toBe('126')
    row('old police key after its term: in its term; in the new one', `refused ${first}; ${rc}`)

    const grants = [phone.grant('lock', 0, next)]
    await phone.store.apply(stolen, encodeGrants({ mandate, grants }))
    expect(await phone.prove()).toMatchObject({ lock: 1n, isLocked: true })
  })

  test('a lock of a term that is over is released in the next', async () => {
    const { founders, governed } = phone
    const sealed = await phone.store.seal(BOOT_KEY)
    await phone.lock()
    const next = { ...founders, police: key(), owner: key() }
    const mandate = phone.mandate(next, [endTerm(founders.approver, governed, 0)])
    const late = phone.grants(phone.grant('release'))
    const grants = encodeGrants({ mandate, grants: [phone.grant('release', 0, next)] })
    await phone.store.apply(stolen, encodeGrants({ mandate, grants: [] }))
    expect(await refusalOf(() => phone.store.apply(released, late))).toBe('store')
    await phone.store.apply(released, grants)
    expect(await phone.store.unseal(sealed, released)).toEqual(BOOT_KEY)
  })

  test('nobody but the approver ends a term', async () => {
    const { founders, governed } = phone
    const ends = [endTerm(founders.police, governed, 0)]
    const mandate = phone.mandate(founders, ends)
    const rc = await phone.rcOf((tpm) => raiseBits(tpm, governed, { mandate, grants: [] }))
    expect(rc).toBe('5db')
    row('a term ended by police', `refused ${rc}`)
  })

  test('A07 TPM2_Clear; power cycle: the lock survives both', async () => {
    const sealed = await phone.store.seal(BOOT_KEY)
    await phone.lock()
    await phone.past((tpm) =>
      tpm.tell({ code: CC.clear, handles: [LOCKOUT], sessions: [PASSWORD] }),
    )
    await phone.powerCycle()
    expect((await phone.store.read())?.device.state).toBe('stolen')
    expect(await refusalOf(() => phone.store.unseal(sealed, free))).toBe('wrong-state')
    await phone.release()
    expect(await phone.store.unseal(sealed, released)).toEqual(BOOT_KEY)
    row('TPM2_Clear; power cycle', 'lock and sealed key survive')
  })

  test('keys whose numbers begin with a zero byte sign as well', async () => {
    const { founders } = phone
    let police = key()
    while (police.key.x[0] !== 0) police = key()
    const signers = { ...founders, police }
    let grant = phone.grant('lock', 0, signers)
    while (grant.police[0] !== 0) grant = phone.grant('lock', 0, signers)
    const grants = encodeGrants({ mandate: phone.mandate(signers), grants: [grant] })
    await phone.store.apply(stolen, grants)
    expect((await phone.prove()).isLocked).toBe(true)
  })
})

test('nvcertify by an attestation key proves the state, to its own nonce and of its own phone only', async () => {
  expect((await phone.prove()).isLocked).toBe(false)
  await phone.lock()
  expect(await phone.prove()).toMatchObject({ lock: 1n, release: 0n, isLocked: true })
  const nonce = random(32)
  const proof = await phone.store.prove(nonce)
  expect(await refusalOf(() => verifyStateProof(proof, phone.asked(random(32))))).toBe(
    'token-nonce',
  )
  const stranger = { ...phone.asked(nonce), attestationKey: key().key }
  expect(await refusalOf(() => verifyStateProof(proof, stranger))).toBe('signature')
  const other = { ...phone.asked(nonce), governed: { ...phone.governed, device: random(32) } }
  expect(await refusalOf(() => verifyStateProof(proof, other))).toBe('token-wrong-device')
  row('nvcertify by an attestation key', 'verifies; not for another nonce, key or phone')
})
