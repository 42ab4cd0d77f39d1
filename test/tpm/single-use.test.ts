import { afterAll, beforeAll, expect, test } from 'vitest'
import { concat, utf8 } from '../../src/core/index.ts'
import { COMPARE, NV } from '../../src/device/tpm/codes.ts'
import { defineSpace, nvIncrement, nvRead, nvWrite } from '../../src/device/tpm/nv-commands.ts'
import { readValue } from '../../src/device/tpm/lock-bits.ts'
import { nvName, written, type NvIndex } from '../../src/device/tpm/nv-index.ts'
import { PolicySession } from '../../src/device/tpm/policy-session.ts'
import {
  NO_POLICY,
  approvedStatement,
  policyAuthorize,
  policyCpHash,
  policyNv,
} from '../../src/device/tpm/policy.ts'
import { nameOf, verifyingArea } from '../../src/device/tpm/public-area.ts'
import { u64Of } from '../../src/device/tpm/writer.ts'
import { key, rcOf } from './made-phone.ts'
import { FREE_HANDLE, OWNER, RawChip, writeHash } from './raw-chip.ts'
import { printedTable } from './table.ts'

/** Another way, not taken: a grant that works once, without a nonce, since the counter moves on. */
const row = printedTable('single use: PolicyNV(counter = N), PolicyCpHash, PolicyAuthorize')
const approver = key()
const ref = utf8('ONCE')
const read = NV.authRead | NV.noDa
const counter: NvIndex = {
  handle: FREE_HANDLE,
  attributes: read | NV.authWrite | NV.counter,
  policy: new Uint8Array(0),
  size: 8,
}
const index: NvIndex = {
  handle: FREE_HANDLE + 1,
  attributes: read | NV.policyWrite,
  policy: policyAuthorize(nameOf(verifyingArea(approver.key)), ref),
  size: 9,
}
const record = (state: number) => concat(new Uint8Array([state]), new Uint8Array(8))

let chip: RawChip
let now = 0n
let name = index
beforeAll(async () => {
  chip = await RawChip.start()
  await defineSpace(chip.tpm, OWNER, counter)
  await defineSpace(chip.tpm, OWNER, index)
  await nvIncrement(chip.tpm, counter.handle)
  now = await readValue(chip.tpm, counter)
})
afterAll(() => chip[Symbol.asyncDispose]())

const at = (value: bigint) => ({ operand: u64Of(value), operation: COMPARE.equal })

/** The approver's word for one record at one value of the counter. */
function grant(value: bigint, data: Uint8Array) {
  const first = policyNv(NO_POLICY, { nvName: nvName(written(counter)), ...at(value) })
  const hash = writeHash(name, data)
  const policy = policyCpHash(first, hash)
  return { value, hash, policy, signature: approver.sign(approvedStatement(policy, ref)) }
}

const use = ({ value, hash, policy, signature }: ReturnType<typeof grant>, data: Uint8Array) =>
  rcOf(() =>
    PolicySession.during(chip.tpm, async (session) => {
      await session.nv(counter.handle, at(value))
      await session.cpHash(hash)
      await session.authorized({ key: approver.key, ref, policy, signature })
      const right = { handle: index.handle, session: session.handle }
      await nvWrite(chip.tpm, right, index.handle, data)
      await nvIncrement(chip.tpm, counter.handle)
    }),
  )

test('single-use session: wrong counter, altered record and replay are refused, the right one once', async () => {
  const wrong = await use(grant(now + 1n, record(1)), record(1))
  expect(wrong).toBe('126')
  const altered = await use(grant(now, record(1)), record(0))
  expect(altered).toBe('99d')

  const good = grant(now, record(1))
  expect(await use(good, record(1))).toBe('done')
  name = written(index)
  expect(await nvRead(chip.tpm, index)).toEqual(record(1))
  const replay = await use(good, record(1))
  expect(replay).toBe('126')
  expect(await use(grant(now + 1n, record(2)), record(2))).toBe('done')

  row('wrong counter; altered record; replay', `refused ${wrong}; ${altered}; ${replay}`)
  row('the right one', 'written once')
})
