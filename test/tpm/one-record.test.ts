import { afterAll, beforeAll, expect, test } from 'vitest'
import { concat, utf8 } from '../../src/core/index.ts'
import { COMPARE, HIERARCHY, NV, PASSWORD } from '../../src/device/tpm/codes.ts'
import { createPrimary } from '../../src/device/tpm/object-commands.ts'
import { defineSpace, nvRead, nvWrite } from '../../src/device/tpm/nv-commands.ts'
import { nvName, written, type NvIndex } from '../../src/device/tpm/nv-index.ts'
import { PolicySession } from '../../src/device/tpm/policy-session.ts'
import {
  NO_POLICY,
  policyNv,
  policyOr,
  policySigned,
  signedStatement,
} from '../../src/device/tpm/policy.ts'
import { STORAGE_KEY, nameOf, verifyingArea } from '../../src/device/tpm/public-area.ts'
import { sealTo, unsealWith } from '../../src/device/tpm/sealed.ts'
import { u64Of } from '../../src/device/tpm/writer.ts'
import { key, rcOf } from './made-phone.ts'
import { FREE_HANDLE, RawChip, showSides, showSigned, writeHash, type Side } from './raw-chip.ts'
import { printedTable } from './table.ts'

/**
 * The design that does not do: state and counter in one record of 9 bytes, which police alone may
 * write through one branch of its policy, police and owner through another.
 */
const row = printedTable(
  'one record of 9 bytes, OR(police, police and owner): why there are two indices',
)
const police = key()
const owner = key()
const LOCK: Side = { signer: police, ref: utf8('LOCK') }
const RELEASE: Side = { signer: police, ref: utf8('RELE') }
const OWNER: Side = { signer: owner, ref: utf8('OWNR') }

const of = (side: Side, before = NO_POLICY) =>
  policySigned(before, nameOf(verifyingArea(side.signer.key)), side.ref)
const branches = [of(LOCK), of(OWNER, of(RELEASE))]
const index: NvIndex = {
  handle: FREE_HANDLE,
  attributes: NV.policyWrite | NV.authRead | NV.noDa,
  policy: policyOr(branches),
  size: 9,
}
const record = (state: number, ctr: number) => concat(new Uint8Array([state]), u64Of(BigInt(ctr)))

let chip: RawChip
let name = index
beforeAll(async () => {
  chip = await RawChip.start()
  await defineSpace(chip.tpm, { handle: HIERARCHY.owner, session: PASSWORD }, index)
})
afterAll(() => chip[Symbol.asyncDispose]())

/** Signs for one record and writes another, or the same. */
const write = (sides: readonly Side[], signed: Uint8Array, data = signed) =>
  rcOf(() =>
    PolicySession.during(chip.tpm, async (session) => {
      await showSides(session, sides, writeHash(name, signed), branches)
      const right = { handle: index.handle, session: session.handle }
      await nvWrite(chip.tpm, right, index.handle, data)
    }),
  )

test('lock by police: written', async () => {
  expect(await write([LOCK], record(1, 1))).toBe('done')
  name = written(index)
  expect(await nvRead(chip.tpm, index)).toEqual(record(1, 1))
  row('lock by police', 'written')
})

test('write without policy, as index and as TPM owner: refused', async () => {
  for (const [who, handle, expected] of [
    ['as index', index.handle, '12f'],
    ['as TPM owner', HIERARCHY.owner, '149'],
  ] as const) {
    const right = { handle, session: PASSWORD }
    const rc = await rcOf(() => nvWrite(chip.tpm, right, index.handle, record(0, 2)))
    expect(rc).toBe(expected)
    row(`write without policy, ${who}`, `refused ${rc}`)
  }
})

test('lock by another key; release without owner; police key in the owner’s slot: refused', async () => {
  const open = record(0, 2)
  const stranger = key()
  const told: string[] = []
  for (const [sides, expected] of [
    [[{ ...LOCK, signer: stranger, as: police }], '5db'],
    [[{ ...LOCK, signer: stranger }], '1c4'],
    [[RELEASE], '1c4'],
    [[RELEASE, { ...OWNER, signer: police, as: owner }], '5db'],
    [[RELEASE, { ...OWNER, signer: police }], '1c4'],
  ] as const) {
    const rc = await write(sides, open)
    expect(rc).toBe(expected)
    told.push(rc)
  }
  expect(await nvRead(chip.tpm, index)).toEqual(record(1, 1))
  row('lock by another key, posing and in its own name', `refused ${told[0]}, ${told[1]}`)
  row('release without owner', `refused ${told[2]}`)
  row('release, police in the owner’s slot, posing and not', `refused ${told[3]}, ${told[4]}`)
})

test('signed release, record altered afterwards: refused', async () => {
  const rc = await write([RELEASE, OWNER], record(0, 2), record(0, 9))
  expect(rc).toBe('99d')
  row('signed release, record altered afterwards', `refused ${rc} (cpHash)`)
})

test('old signature in a new session: refused by its nonce', async () => {
  const hash = writeHash(name, record(1, 3))
  const { signature, nonce } = await PolicySession.during(chip.tpm, async (session) => {
    const { nonce } = session
    const statement = signedStatement({ nonce, cpHash: hash, ref: LOCK.ref })
    await showSigned(session, LOCK, { hash, nonce })
    return { signature: police.sign(statement), nonce }
  })
  const rc = await rcOf(() =>
    PolicySession.during(chip.tpm, (session) => {
      expect(session.nonce).not.toEqual(nonce)
      return session.signed({
        key: police.key,
        ref: LOCK.ref,
        cpHash: hash,
        signature,
        isFresh: true,
      })
    }),
  )
  expect(rc).toBe('5db')
  row('old signature in a new session', `refused ${rc} (nonce)`)
})

test('boot key sealed to PolicyNV(state = 0): unseals only when released', async () => {
  const parent = await createPrimary(chip.tpm, STORAGE_KEY)
  const isFree = { operand: new Uint8Array([0]), operation: COMPARE.equal }
  const policy = policyNv(NO_POLICY, { nvName: nvName(written(index)), ...isFree })
  const sealed = await sealTo(chip.tpm, parent, policy, new Uint8Array(32))
  const unseal = () =>
    rcOf(() => unsealWith(chip.tpm, parent, sealed, (session) => session.nv(index.handle, isFree)))
  const locked = await unseal()
  expect(locked).toBe('126')
  expect(await write([RELEASE, OWNER], record(0, 2))).toBe('done')
  expect(await unseal()).toBe('done')
  row('boot key sealed to PolicyNV(state = 0)', `locked: refused ${locked}; released: unseals`)
})

test('police alone write state 0 through the LOCK branch: accepted, so one record does not do', async () => {
  expect(await write([LOCK], record(1, 3))).toBe('done')
  expect(await write([LOCK], record(0, 4))).toBe('done')
  expect(await nvRead(chip.tpm, index)).toEqual(record(0, 4))
  row(
    'police alone write state 0 through the LOCK branch',
    'ACCEPTED: police and owner not enforced',
  )
})
