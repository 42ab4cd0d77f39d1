import { expect, test } from 'vitest'
import { forgetBlockTimes } from '../src/registry/services/registers.ts'
import { RegistersAnswer } from '../src/wire/index.ts'
import { probeRegister } from '../src/cli/clients/prober.ts'
import { RegisterProbe } from '../src/sim/index.ts'
import { makeJudge } from '../src/edge/checks.ts'
import { PeerCounters } from '../src/edge/counters.ts'
import { startN5g } from '../src/edge/n5g/server.ts'
import type { Imei14 } from '../src/core/index.ts'
import { makeLogger } from '../src/host/index.ts'
import { ask } from './ask.ts'
import { World, imeiNumber } from './world.ts'

const DAY_MS = 86_400_000

test('A88 a register acknowledges what it enforces, and how long each lock took is public', async () => {
  await using world = await World.boot()
  const [one, two] = await world.enrol(2)
  const registers = async () => {
    world.advance(1_000) // the same second has the same answer
    const { json } = await ask(world, { method: 'GET', path: '/v1/registers' })
    return RegistersAnswer.parse(json)
  }
  const caughtUp = async () => {
    const { size, registers: all } = await registers()
    return all.length === 1 && all[0]!.size === size
  }
  await world.until(caughtUp) // its first word: from here on it is counted
  await world.lock({ imei: one!.imei })
  await world.lock({ imei: two!.imei })
  await world.settle()
  await world.until(caughtUp)
  const [register] = (await registers()).registers
  expect(register).toMatchObject({ operator: 'zz.edge-1', register: 'edge-1', locks: 2 })
  expect(register!.p50Ms).toBeGreaterThanOrEqual(0)
  expect(register!.p99Ms).toBeGreaterThanOrEqual(register!.p50Ms!)

  const probed = { operator: 'zz.edge-1', register: 'edge-1', asked: 10 }
  const body = { ...probed, missingBlock: 1, overBlock: 0 }
  const { registry, operators } = world.founding
  const path = '/v1/registers/probes'
  expect(await ask(world, { path, body, by: operators[0]!.signer })).toMatchObject({
    code: 'forbidden',
  })
  const stranger = { ...body, register: 'edge-9' }
  const by = registry[0].signer
  expect(await ask(world, { path, body: stranger, by })).toMatchObject({ code: 'not-found' })
  expect((await ask(world, { path, body, by })).status).toBe(200)
  expect((await registers()).registers[0]!.probes).toEqual({
    asked: 10,
    missingBlock: 1,
    overBlock: 0,
  })

  // A month later nothing of it counts, nor is kept.
  world.advance(31 * DAY_MS)
  const nothing = { locks: 0, p50Ms: null, p99Ms: null, probes: { asked: 0 } }
  expect((await registers()).registers).toMatchObject([nothing])
  await forgetBlockTimes(world.running.context)
  const { db } = world.database
  for (const table of ['block_times', 'probes'] as const)
    expect(await db.selectFrom(table).selectAll().execute()).toEqual([])
})

/** A register that answers black for these, and for nothing else. */
async function registerOf(black: ReadonlySet<Imei14>) {
  const server = await startN5g({
    host: '127.0.0.1',
    port: 0,
    clock: Date.now,
    country: 'ZZ',
    network: '00101',
    judge: makeJudge({
      unknown: 'whitelist',
      isReady: () => true,
      stateOf: (imei) => (black.has(imei) ? 'stolen' : undefined),
      onSeen: () => undefined,
    }),
    counters: new PeerCounters(),
    logger: makeLogger('test', 'silent'),
  })
  const register = new RegisterProbe(server.url)
  return {
    register,
    async [Symbol.asyncDispose]() {
      register.close()
      await server.close()
    },
  }
}

const LISTED = Array.from({ length: 20 }, (_, i) => imeiNumber(i))

async function probed(black: readonly Imei14[], listed: readonly (readonly Imei14[])[] = [LISTED]) {
  await using one = await registerOf(new Set(black))
  let looks = 0
  return await probeRegister({
    listed: async () => new Set(listed[Math.min(looks++, listed.length - 1)]),
    ask: (imei) => one.register.ask(imei),
    count: 50,
    graceMs: 1,
    random: Math.random,
  })
}

test('A88 a register that drops a block is found out, one that is merely late is not', async () => {
  expect(await probed(LISTED)).toMatchObject({ missingBlock: [], overBlock: [] })
  const honest = await probed(LISTED)
  expect(honest.asked).toBeGreaterThan(LISTED.length)
  expect(await probed(LISTED.slice(1))).toMatchObject({ missingBlock: [LISTED[0]], overBlock: [] })
  // Released between the two looks.
  expect(await probed(LISTED.slice(1), [LISTED, LISTED.slice(1)])).toMatchObject({
    missingBlock: [],
  })
})

test('A67 A89 a register that blocks on its own, or lets somebody through on its own, is found out', async () => {
  const model = new Set(Array.from({ length: 1_000_000 }, (_, i) => imeiNumber(i)))
  const { overBlock, missingBlock } = await probed([...model])
  expect(overBlock.length).toBeGreaterThan(40)
  expect(missingBlock).toEqual([])
  expect((await probed([])).missingBlock).toEqual(expect.arrayContaining([...LISTED]))
})
