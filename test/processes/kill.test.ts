import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readDraft, sendSignatures, signDraft } from '../../src/cli/clients/drafts.ts'
import { importList } from '../../src/cli/clients/list-import.ts'
import { APPROVER, FORCE, OfficerDesk } from '../../src/cli/clients/officer.ts'
import { patiently } from '../../src/cli/clients/patience.ts'
import { Constellation } from '../../src/cli/constellation.ts'
import { loadNoteSigner, loadSigner } from '../../src/cli/files.ts'
import { DEMO_ORIGIN } from '../../src/cli/demo-trust.ts'
import { RegisterProbe } from '../../src/sim/index.ts'
import { temporaryConfig, type Temporary } from '../../src/cli/temporary.ts'
import { parseEntry, parseOrder, toHex, type Signer } from '../../src/core/index.ts'
import {
  auditLog,
  bundleTile,
  changedBundles,
  decodeBundle,
  formatVkey,
  parsePolicy,
  tilePath,
} from '../../src/log/index.ts'
import { verifyEd25519 } from '../../src/host/index.ts'
import { BatchAnswer } from '../../src/wire/index.ts'
import { imeiNumber } from '../world.ts'

const ROUNDS = 10
/** Of each round: 200 in all. */
const ORDERS = 20
const AT_ONCE = 5
/** A round's orders take about a second: the kill falls anywhere into it. */
const KILL_WITHIN_MS = 600

let temporary: Temporary
let world: Constellation
let first: Signer
let second: Signer
let force: Signer

beforeAll(async () => {
  temporary = await temporaryConfig('silent')
  world = new Constellation(temporary.config)
  await world.start({ phones: 1, switchedOn: 0 })
  const key = (name: string) => loadSigner(world.files.key(name))
  first = await key('officer-1')
  second = await key('officer-2')
  force = await key('force-order')
})

afterAll(async () => {
  await world.close()
  await temporary.remove()
})

test('SIGKILL at random moments during 200 orders, ten times over: nothing lost, nothing twice', async () => {
  const acknowledged = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round++) {
    const drafts = await propose(round)
    let isBack = false
    const killing = killAndRestart(round).then(() => (isBack = true))
    const waiting = [...drafts]
    const sign = async () => {
      for (let draft = waiting.pop(); draft; draft = waiting.pop()) {
        const signatures = [signDraft(draft, APPROVER, second), signDraft(draft, FORCE, force)]
        const [result] = await insistently(
          () => sendSignatures(world.registryUrl, signatures),
          () => isBack,
        )
        expect(result).toMatchObject({ state: 'logged' })
        acknowledged.set(toHex(draft.order.oid), result?.index ?? -1)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, sign))
    await killing
  }
  expect(acknowledged.size).toBe(ROUNDS * ORDERS)

  const logged = await ordersInLog()
  expect(logged.length).toBe(ROUNDS * ORDERS)
  expect(new Map(logged)).toEqual(acknowledged)

  const probe = new RegisterProbe(world.edgeUrl)
  for (let n = 0; n < ROUNDS * ORDERS; n++) await probe.until(imeiNumber(n), 'BLACKLISTED', 120_000)
  probe.close()

  const vkey = formatVkey((await loadNoteSigner(world.files.key('log'), DEMO_ORIGIN, 1)).key)
  const main = fileURLToPath(new URL('../../bin/stolen-mode.mjs', import.meta.url))
  const verified = spawnSync(process.execPath, [
    main,
    'log',
    'verify',
    '--json',
    '--vkey',
    vkey,
    world.files.folder('registry', 'log'),
  ])
  expect(JSON.parse(verified.stdout.toString())).toMatchObject({ ok: true })
  expect(verified.status).toBe(0)
})

/** A client's patience is shorter than a start on a busy machine: again, until the registry is back. */
async function insistently<T>(ask: () => Promise<T>, isBack: () => boolean): Promise<T> {
  for (;;) {
    const isLast = isBack()
    try {
      return await patiently(ask)
    } catch (error) {
      if (isLast) throw error
    }
  }
}

/** Kills the registry somewhere in the round, and one of the others with it. */
async function killAndRestart(round: number): Promise<void> {
  await wait(randomInt(KILL_WITHIN_MS))
  const other = (['edge', 'witness', 'guardian'] as const)[round % 3]!
  await Promise.all([world.kill('serve'), world.kill(other)])
  await Promise.all([world.restart('serve'), world.restart(other)])
}

/** A list of numbers nobody used before, proposed by the first officer, approved as a list. */
async function propose(round: number) {
  const rows = Array.from({ length: ORDERS }, (_, i) => ({
    line: i + 2,
    imei: imeiNumber(round * ORDERS + i),
    claim: 'locked' as const,
  }))
  const list = {
    source: `round-${round}.csv`,
    kind: 'delta' as const,
    fileHash: round.toString(16).padStart(64, '0'),
    total: ORDERS,
    rows,
    refused: [],
  }
  const desk = new OfficerDesk(world.registryUrl, first)
  const progress = () => ({ advance: () => undefined, stop: () => undefined })
  const { batch } = await importList({
    desk,
    officer: first,
    list,
    why: 'theft',
    prefix: null,
    shrinkReason: null,
    progress,
  })
  const approver = new OfficerDesk(world.registryUrl, second)
  await approver.post(`/v1/batches/${batch.id}/approval`, { reason: 'test' }, BatchAnswer)
  const { items } = await approver.batchDrafts(batch.id, null)
  expect(items.length).toBe(ORDERS)
  return items.map((item) => readDraft(item, 'lock'))
}

/** Every order of the public log, by identity and place, as anybody can read it. */
async function ordersInLog(): Promise<[oid: string, index: number][]> {
  const read = async (path: string) => {
    const answer = await fetch(`${world.registryUrl}/log/${path}`)
    return answer.status === 404 ? null : new Uint8Array(await answer.arrayBuffer())
  }
  const log = await loadNoteSigner(world.files.key('log'), DEMO_ORIGIN, 1)
  const policy = parsePolicy(`log ${formatVkey(log.key)}\nquorum none\n`)
  const { checkpoint } = await auditLog({ policy, verify: verifyEd25519, read })
  const orders: [string, number][] = []
  for (const bundle of changedBundles(0, checkpoint.size)) {
    const bytes = await read(tilePath(bundleTile(bundle)))
    for (const [i, bytesOfEntry] of decodeBundle(bytes!, bundle.width).entries()) {
      const entry = parseEntry(bytesOfEntry)
      if (entry.kind === 'order')
        orders.push([toHex(parseOrder(entry.body.payload).oid), bundle.index * 256 + i])
    }
  }
  return orders
}
