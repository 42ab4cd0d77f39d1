import { afterEach, beforeEach, expect, test } from 'vitest'
import { utf8 } from '../../src/core/index.ts'
import { CC, COMPARE, HIERARCHY, NV, PASSWORD } from '../../src/device/tpm/codes.ts'
import { indicesOf, setBitsHash, writtenIndices } from '../../src/device/tpm/indices.ts'
import { readValue } from '../../src/device/tpm/lock-bits.ts'
import {
  PLATFORM,
  defineSpace,
  nvIncrement,
  nvWrite,
  setBits,
} from '../../src/device/tpm/nv-commands.ts'
import { written, type NvIndex } from '../../src/device/tpm/nv-index.ts'
import { PolicySession } from '../../src/device/tpm/policy-session.ts'
import { NO_POLICY, policySigned, signedStatement } from '../../src/device/tpm/policy.ts'
import { nameOf, verifyingArea } from '../../src/device/tpm/public-area.ts'
import type { Tpm } from '../../src/device/tpm/tpm.ts'
import { u64Of } from '../../src/device/tpm/writer.ts'
import { MadePhone, key, rcOf } from './made-phone.ts'
import { FREE_HANDLE, OWNER, RawChip, undefineSpace } from './raw-chip.ts'
import { printedTable } from './table.ts'

const row = printedTable('who owns an index')
let chip: RawChip
beforeEach(async () => {
  chip = await RawChip.start()
})
afterEach(() => chip[Symbol.asyncDispose]())

const read = NV.authRead | NV.noDa
const none = new Uint8Array(0)

test('owner undefines and recreates the index: allowed, but unwritten, so PolicyNV fails', async () => {
  const { tpm } = chip
  const bits = { handle: FREE_HANDLE, attributes: read | NV.authWrite, policy: none, size: 8 }
  await defineSpace(tpm, OWNER, bits)
  await nvWrite(tpm, { handle: FREE_HANDLE, session: PASSWORD }, FREE_HANDLE, u64Of(1n))
  const shows = () =>
    rcOf(() =>
      PolicySession.during(tpm, (session) =>
        session.nv(FREE_HANDLE, { operand: u64Of(0n), operation: COMPARE.notBelow }),
      ),
    )
  expect(await shows()).toBe('done')
  await undefineSpace(tpm, OWNER, FREE_HANDLE)
  await defineSpace(tpm, OWNER, bits)
  const rc = await shows()
  expect(rc).toBe('14a')
  row('owner undefines and recreates an index of his own', `allowed, PolicyNV fails ${rc}`)
})

test('counter index: direct write refused; undefine and redefine goes on from its last value', async () => {
  const { tpm } = chip
  const attributes = read | NV.authWrite | NV.counter
  const counter = { handle: FREE_HANDLE, attributes, policy: none, size: 8 }
  await defineSpace(tpm, OWNER, counter)
  for (let i = 0; i < 3; i++) await nvIncrement(tpm, FREE_HANDLE)
  const last = await readValue(tpm, counter)
  const right = { handle: FREE_HANDLE, session: PASSWORD }
  const rc = await rcOf(() => nvWrite(tpm, right, FREE_HANDLE, u64Of(0n)))
  expect(rc).toBe('82') // TPM_RC_ATTRIBUTES
  await undefineSpace(tpm, OWNER, FREE_HANDLE)
  await defineSpace(tpm, OWNER, counter)
  await nvIncrement(tpm, FREE_HANDLE)
  const next = await readValue(tpm, counter)
  expect(next).toBe(last + 1n)
  row('counter index: direct write', `refused ${rc}`)
  row('counter index: undefined and redefined', `goes on: ${last}, then ${next}`)
})

const special = (tpm: Tpm, index: number, session: number) =>
  tpm.tell({
    code: CC.nvUndefineSpaceSpecial,
    handles: [index, HIERARCHY.platform],
    sessions: [session, PASSWORD],
  })

test('platform-created index with policydelete: neither owner nor platform removes it', async () => {
  await using phone = await MadePhone.make()
  const told: string[][] = []
  for (const { handle } of Object.values(writtenIndices(phone.governed))) {
    const asOwner = await phone.rcOf((tpm) => undefineSpace(tpm, OWNER, handle))
    const asPlatform = await phone.rcOf((tpm) => undefineSpace(tpm, PLATFORM, handle))
    const unproved = await phone.rcOf((tpm) =>
      PolicySession.during(tpm, (session) => special(tpm, handle, session.handle)),
    )
    told.push([asOwner, asPlatform, unproved])
  }
  expect(new Set(told.map((rcs) => rcs.join(' ')))).toEqual(new Set(['282 282 99d']))
  const [[asOwner, asPlatform, unproved]] = told as [[string, string, string]]
  row(
    'platform-created, policydelete: undefined by owner, by platform',
    `refused ${asOwner}, ${asPlatform}`,
  )
  row('the same, specially, with an empty policy', `refused ${unproved}`)
})

test('an index of ours defined again: refused, so no old first write ever fits', async () => {
  await using phone = await MadePhone.make()
  const { lock } = indicesOf(phone.governed)
  const rc = await phone.rcOf((tpm) => defineSpace(tpm, PLATFORM, lock))
  expect(rc).toBe('14c')
  row('an index of ours defined again', `refused ${rc}`)
})

test('A19 first write without a nonce: replayed on a redefined index it clears it; with one it does not', async () => {
  const { tpm } = chip
  const police = key()
  const ref = utf8('LOCK')
  const name = nameOf(verifyingArea(police.key))
  const attributes = read | NV.policyWrite | NV.bits
  const index = {
    handle: FREE_HANDLE,
    attributes,
    policy: policySigned(NO_POLICY, name, ref),
    size: 8,
  }
  const sign = (nonce: Uint8Array, of: NvIndex, bits: bigint) =>
    police.sign(signedStatement({ nonce, cpHash: setBitsHash(of, bits), ref }))
  const write = (of: NvIndex, bits: bigint, signature: Uint8Array | null) =>
    PolicySession.during(tpm, async (session) => {
      const isFresh = signature === null || signature === bound
      const given = signature ?? (bound = sign(session.nonce, of, bits))
      const cpHash = setBitsHash(of, bits)
      await session.signed({ key: police.key, ref, cpHash, signature: given, isFresh })
      await setBits(tpm, { handle: of.handle, session: session.handle }, bits)
    })
  let bound: Uint8Array | null = null
  const redefine = async () => {
    await undefineSpace(tpm, OWNER, FREE_HANDLE)
    await defineSpace(tpm, OWNER, index)
  }

  await defineSpace(tpm, OWNER, index)
  const bare = sign(new Uint8Array(0), index, 0n)
  await write(index, 0n, bare)
  await write(written(index), 1n, sign(new Uint8Array(0), written(index), 1n))
  expect(await readValue(tpm, index)).toBe(1n)
  await redefine()
  await write(index, 0n, bare)
  expect(await readValue(tpm, index)).toBe(0n)

  await redefine()
  await write(index, 0n, null)
  await redefine()
  const rc = await rcOf(() => write(index, 0n, bound))
  expect(rc).toBe('5db')
  row('first write again on a redefined index: without nonce; with', `CLEARED; refused ${rc}`)
})
