import { expect, test } from 'vitest'
import {
  coseSign,
  identityPayload,
  pairCommitment,
  type IdentityRecord,
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
  const submit = (record: IdentityRecord, by: readonly Signer[]) => {
    const body = coseSign('application/stolen-identity+cbor', identityPayload(record), by)
    return sequencer.submit({ kind: 'identity', body })
  }
  const com = pairCommitment(machine.random(32), { imei14: imei, imsi: '001010000000001' })
  const exp = Math.floor(world.surroundings.clock() / 1000) + 86_400
  const pair = { type: 'pair', com, exp, of: null, log: world.log.key.name } as const
  await expect(submit(pair, [world.force, first, first])).rejects.toMatchObject({
    code: 'signer-set',
  })
  const { index } = await submit(pair, [world.force, first, second])
  // Signed anew, by others even, it is the same record.
  expect(await submit(pair, [world.force, second, first])).toEqual({ index })
  expect(sequencer.ledger.identity(index)).toMatchObject({ auth: 'zz.force' })
  const fromRegistry = [registry[0].signer]
  const conflict = { ...pair, type: 'conflict', com: machine.random(32), exp: null } as const
  const said = await submit(conflict, fromRegistry)
  await submit({ ...conflict, type: 'end', of: said.index }, fromRegistry)
  expect(sequencer.ledger.identity(said.index)).toBeUndefined()

  // Guardian, register and auditor go on over them; without its opening a pair exempts nobody.
  await world.audit()
  const { guarded, newest } = sequencer.published
  expect(guarded?.checkpoint.size).toBe(newest?.checkpoint.size)
  expect(await world.probe.ask(imei)).toBe('BLACKLISTED')
})
