import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fromBase64 } from '../../core/index.ts'
import { Phone, type DeviceLine } from '../../device/index.ts'
import { es256FromPem, generateEs256, machine, makeLogger } from '../../host/index.ts'
import { produce, type Produced } from '../../sim/index.ts'
import { DEMO_TAC } from '../demo-trust.ts'

/** What a process full of phones is told. */
export interface PhonesPlan {
  readonly registryUrl: string
  /** Root document, base64. */
  readonly root: string
  readonly makerPem: string
  readonly count: number
  readonly folder: string
}

/** Said on the way. */
export type PhonesSay = { readonly made: number } | { readonly ready: true } | PhonesReport

/** What it has seen in the end. */
export interface PhonesReport {
  /** Phones whose line stood when the locks began. */
  readonly connected: number
  /** Memory of this process with all of them connected, MB. */
  readonly rssMb: number
  /** By number of 14 digits: Unix ms at which the phone was a brick. */
  readonly stolenAt: readonly (readonly [string, number])[]
  /** From power-on until the gate stood, ms, of phones one after the other. */
  readonly bootMs: readonly number[]
}

/** Phones that are made and enrolled at once: a registry in the field meets as many. */
const AT_ONCE = 16
const REPORT_EVERY = 100
/** All back within so many ms of each other: far closer than in the field. */
const SPREAD_MS = 5_000
const BOOTS = 200

const stolenAt = new Map<string, number>()

/** A child process: the phones must not share the registry's thread. */
async function main(plan: PhonesPlan): Promise<void> {
  const say = (message: PhonesSay) => process.send!(message)
  const phones: { phone: Phone; line: DeviceLine }[] = []
  const waiting = [...(await made(plan))]
  const work = async () => {
    for (let one = waiting.pop(); one; one = waiting.pop()) {
      phones.push(await switchOn(plan, one))
      if (phones.length % REPORT_EVERY === 0) say({ made: phones.length })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  while (phones.some(({ line }) => !line.stands)) await new Promise((done) => setTimeout(done, 100))
  const connected = phones.filter(({ line }) => line.stands).length
  say({ ready: true })
  await new Promise<void>((resolve) => process.once('message', () => resolve()))
  const rssMb = Math.round(process.memoryUsage.rss() / 1e6)
  const bootMs: number[] = []
  for (const { phone } of phones.slice(0, BOOTS)) {
    await phone.powerOff()
    const before = performance.now()
    await phone.powerOn()
    bootMs.push(performance.now() - before)
  }
  say({ connected, rssMb, stolenAt: [...stolenAt], bootMs })
}

function made(plan: PhonesPlan): Promise<readonly Produced[]> {
  return produce({
    folder: join(plan.folder, 'phones'),
    count: plan.count,
    first: 0,
    tac: DEMO_TAC,
    maker: es256FromPem(plan.makerPem),
    root: fromBase64(plan.root),
    surroundings: machine,
  })
}

/** Enrolled and awake; not set up: a lock closes it all the same. */
async function switchOn({ registryUrl }: PhonesPlan, one: Produced) {
  const { dir, imei, statement, record, index, path } = one
  const phone = new Phone({
    dir,
    registryUrl,
    country: 'ZZ',
    surroundings: machine,
    monotonic: () => performance.now(),
    logger: makeLogger('phone', 'silent'),
    timeoutMs: 60_000,
  })
  await phone.powerOn()
  const ownerKey = generateEs256().signer
  await phone.enrol({ statement, record, index, path, model: 'Example One', ownerKey })
  const onWake = async () => {
    await phone.sync()
    if (phone.screen()?.kind === 'stolen' && !stolenAt.has(imei)) stolenAt.set(imei, Date.now())
  }
  const line = phone.line({
    onWake: () => void onWake().catch(() => undefined),
    spreadMs: SPREAD_MS,
  })
  line.start()
  return { phone, line }
}

process.once('message', (plan) => {
  const { folder } = plan as PhonesPlan
  main(plan as PhonesPlan).catch(async (error: unknown) => {
    console.error(error)
    await rm(folder, { recursive: true, force: true })
    process.exit(1)
  })
})
