import { expect, test } from 'vitest'
import {
  coseSign,
  encodeIdentityOpening,
  identityPayload,
  pairCommitment,
  type IdentityRecord,
  type Pair,
  type Signer,
} from '../src/core/index.ts'
import { machine } from '../src/host/index.ts'
import { World } from './world.ts'

test('A45 A89 identity records come to the log, once each, and every party follows them', async () => {
  await using world = await World.boot()
  const { imei } = await world.enrolOne()
  await world.lock({ imei })
  const { sequencer } = world.running.context
  const { officers, registry } = world.founding
  const [first, second] = officers.map(({ signer }) => signer) as [Signer, Signer]
  const submit = (record: IdentityRecord, by: readonly Signer[], opening?: Uint8Array) => {
    const body = coseSign('application/stolen-identity+cbor', identityPayload(record), by)
    return sequencer.submit({ kind: 'identity', body, ...(opening && { opening }) })
  }
  const commit = (pair: Pair) => {
    const salt = machine.random(32)
    const com = pairCommitment(salt, pair)
    return { com, opening: encodeIdentityOpening({ com, salt, pair }) }
  }
  const { com, opening } = commit({ imei14: imei, imsi: '001010000000001' })
  const exp = Math.floor(world.surroundings.clock() / 1000) + 86_400
  const pair = { type: 'pair', com, exp, of: null, log: world.log.key.name } as const
  const all = [world.force, first, second]
  const other = commit({ imei14: imei, imsi: '001010000000002' })
  for (const [by, what, code] of [
    [[world.force, first, first], opening, 'signer-set'],
    [all, undefined, 'opening'],
    [all, other.opening, 'opening'],
  ] as const)
    await expect(submit(pair, by, what)).rejects.toMatchObject({ code })
  const { index } = await submit(pair, all, opening)
  // Signed anew, by others even, it is the same record.
  expect(await submit(pair, [world.force, second, first], opening)).toEqual({ index })
  expect(sequencer.ledger.identity(index)).toMatchObject({ auth: 'zz.force' })
  const fromRegistry = [registry[0].signer]
  const number = commit({ imei14: imei, imsi: null })
  const conflict = { ...pair, type: 'conflict', com: number.com, exp: null } as const
  const said = await submit(conflict, fromRegistry, number.opening)
  await submit({ ...conflict, type: 'end', of: said.index }, fromRegistry)
  expect(sequencer.ledger.identity(said.index)).toBeUndefined()

  // Guardian, register and auditor go on over them, and so does the registry after a restart.
  await world.audit()
  await world.stopRegistry()
  await world.startRegistry()
  await world.audit()
  const { guarded, newest } = world.running.context.sequencer.published
  expect(guarded?.checkpoint.size).toBe(newest?.checkpoint.size)
  expect(await world.probe.ask(imei)).toBe('BLACKLISTED')
})
