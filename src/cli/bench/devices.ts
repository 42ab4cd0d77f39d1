import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ENROLLED, fromBase64, toBase64 } from '../../core/index.ts'
import { parseBundle, verifyBundle, verifyForDevice } from '../../wire/index.ts'
import { OfficerDesk } from '../clients/officer.ts'
import { progressBar } from '../progress.ts'
import { guarded, openLogUnderTest, proposeLocks, type LogUnderTest } from './log-under-test.ts'
import type { PhonesPlan, PhonesReport, PhonesSay } from './phone-crowd.ts'
import { quantileOf } from './quantile.ts'

const CROWD = fileURLToPath(new URL('./phone-crowd.js', import.meta.url))
/** Between two orders: 50 a second. */
const PACE_MS = 20
/** After the last signature. */
const PATIENCE_MS = 10_000
const VERIFICATIONS = 500
/** Until this engine has compiled what it runs; a phone's program is compiled before it ships. */
const WARM_UP = 100
/** V8 keeps garbage as long as nobody minds: with a limit it shows what the phones need. */
const HEAP_MB = 560

export interface DevicesMeasured {
  readonly devices: number
  readonly connected: number
  readonly rssMb: number
  readonly locks: number
  /** Locks whose phone was no brick ten seconds after the last signature. */
  readonly missed: number
  /** From the second officer's signature until the phone was a brick. */
  readonly lockMs: Quantiles
  /** Of a lock's bundle, on one thread. */
  readonly bundleMs: Quantiles
  readonly bundleBytes: number
  /** From power-on until the gate stands, secure store of files. */
  readonly bootMs: Quantiles
}

interface Quantiles {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Phones connected in one process, locked 50 a second. */
export async function measureDevices(devices: number, locks: number): Promise<DevicesMeasured> {
  const world = await openLogUnderTest({
    database: null,
    poolMs: 250,
    operators: 1,
    guardian: true,
  })
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-devices-'))
  let seen: {
    readonly report: PhonesReport
    readonly signed: ReadonlyMap<string, number>
    readonly bundle: Uint8Array
  }
  const crowd = fork(CROWD, { execArgv: [`--max-old-space-size=${HEAP_MB}`] })
  try {
    await guarded(world)
    await connect(crowd, world, { devices, folder })
    const drafts = await proposeLocks(world, locks)
    await guarded(world)
    const signed = await approve(world, drafts)
    await wait(PATIENCE_MS)
    crowd.send('report')
    const report = (await said(crowd, (message) => 'rssMb' in message)) as PhonesReport
    const bundle = await bundleOf(world, drafts[0]!.caseId)
    seen = { report, signed, bundle }
  } finally {
    await ended(crowd)
    await world.close()
    await rm(folder, { recursive: true, force: true })
  }
  // A phone judges its bundle alone, not between a registry's ten thousand connections.
  return judge(seen.report, seen.signed, { devices, bundle: seen.bundle, world })
}

async function connect(
  crowd: ReturnType<typeof fork>,
  { url, founding }: LogUnderTest,
  { devices, folder }: { readonly devices: number; readonly folder: string },
): Promise<void> {
  const plan: PhonesPlan = {
    registryUrl: url,
    root: toBase64(founding.root),
    makerPem: founding.maker.pem,
    count: devices,
    folder,
  }
  const bar = progressBar('phones connected', devices)
  let shown = 0
  crowd.on('message', (message: PhonesSay) => {
    if (!('made' in message)) return
    bar.advance(message.made - shown)
    shown = message.made
  })
  crowd.send(plan)
  await said(crowd, (message) => 'ready' in message)
  bar.stop()
}

async function approve(
  { founding, url }: LogUnderTest,
  drafts: Awaited<ReturnType<typeof proposeLocks>>,
): Promise<ReadonlyMap<string, number>> {
  const desk = new OfficerDesk(url, founding.officers[1]!.signer)
  const bar = progressBar('locks signed', drafts.length)
  const signedAt = new Map<string, number>()
  await Promise.all(
    drafts.map(async ({ imei, draft }, i) => {
      await wait(i * PACE_MS)
      signedAt.set(imei, Date.now())
      await desk.approve(draft, founding.forceOrder.signer)
      bar.advance(1)
    }),
  )
  bar.stop()
  return signedAt
}

async function bundleOf({ founding, url }: LogUnderTest, caseId: string): Promise<Uint8Array> {
  const desk = new OfficerDesk(url, founding.officers[0]!.signer)
  const { bundles } = await desk.bundles(caseId)
  return fromBase64(bundles[0]!.bundle)
}

function judge(
  { connected, rssMb, stolenAt, bootMs }: PhonesReport,
  signed: ReadonlyMap<string, number>,
  more: { readonly devices: number; readonly bundle: Uint8Array; readonly world: LogUnderTest },
): DevicesMeasured {
  const { devices, bundle, world } = more
  const times = stolenAt.flatMap(([imei, at]) => {
    const signedMs = signed.get(imei)
    return signedMs === undefined ? [] : [at - signedMs]
  })
  return {
    devices,
    connected,
    rssMb,
    locks: signed.size,
    missed: signed.size - times.length,
    lockMs: quantiles(times),
    bundleMs: quantiles(verifications(bundle, world)),
    bundleBytes: bundle.length,
    bootMs: quantiles(bootMs),
  }
}

/** As the phone it is about would judge it. */
function verifications(bundle: Uint8Array, { trust }: LogUnderTest): number[] {
  const { dak } = verifyBundle(bundle, trust).opening.ids
  const receiver = { dak: dak!, device: ENROLLED, owner: null, now: 0, treeSize: 0, home: null }
  parseBundle(bundle)
  const times = Array.from({ length: WARM_UP + VERIFICATIONS }, () => {
    const before = performance.now()
    verifyForDevice(bundle, trust, receiver)
    return performance.now() - before
  })
  return times.slice(WARM_UP)
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b)
  const rounded = (q: number) => Math.round(quantileOf(sorted, q) * 100) / 100
  return { p50: rounded(0.5), p99: rounded(0.99), max: rounded(1) }
}

async function ended(child: ReturnType<typeof fork>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill()
  await exit
}

function said(
  child: ReturnType<typeof fork>,
  isIt: (message: PhonesSay) => boolean,
): Promise<PhonesSay> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the phones ended'))
    const heard = (message: PhonesSay) => {
      if (!isIt(message)) return
      child.off('message', heard).off('exit', ended)
      resolve(message)
    }
    child.on('message', heard).on('exit', ended)
  })
}
