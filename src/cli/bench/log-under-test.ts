import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import {
  HOLD_SECONDS,
  coseSign,
  deviceCommitment,
  encodeOpening,
  orderPayload,
  parseImei14,
  saltedHash,
  type Order,
} from '../../core/index.ts'
import { generateNoteSigner, machine, makeLogger, nodeVerifiers } from '../../host/index.ts'
import { ED25519, snapshotKeyName } from '../../log/index.ts'
import { openDatabase, openRegistry, serve } from '../../registry/index.ts'
import type { Context, DatabaseConfig, Limits, Registry } from '../../registry/index.ts'
import { found, type Founding } from '../../sim/index.ts'
import { startGuardian, startWitness } from '../../witness/index.ts'
import { readTrust, type Trust } from '../../wire/index.ts'
import { OfficerDesk } from '../clients/officer.ts'
import { DEMO_TAC, pagesOf } from '../demo-trust.ts'
import { progressBar } from '../progress.ts'
import { temporaryConfig } from '../temporary.ts'

const PATIENCE_MS = 30_000
const ORIGIN = 'log.bench.example/stolen-mode'
/** Above anything a bench can sign in an hour. */
const CAP_PER_HOUR = 10_000_000

type Sequencer = Context['sequencer']
export type Signed = Parameters<Sequencer['submit']>[0]

/** A registry as it runs in the field, founded a moment ago, and how to make it vanish. */
export interface LogUnderTest {
  readonly registry: Registry
  readonly sequencer: Sequencer
  readonly founding: Founding
  readonly trust: Trust
  readonly url: string
  close(): Promise<void>
}

interface Plan {
  /** Null: an embedded one. */
  readonly database: DatabaseConfig | null
  /** Milliseconds submissions are gathered. */
  readonly poolMs: number
  readonly operators: number
  /** Verifies every entry of every checkpoint, in this process. */
  readonly guardian: boolean
  /** Of the public; those of the field, where none are given. */
  readonly limits?: Limits
}

/** A real registry that serves HTTP, with a real witness, and a guardian where one is wanted. */
export async function openLogUnderTest(plan: Plan): Promise<LogUnderTest> {
  const { database, poolMs, operators } = plan
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-bench-'))
  const ports = await temporaryConfig('silent')
  const { witnessPort, guardianPort, registryPort, registryUrl } = ports.config
  await ports.remove()
  const logger = makeLogger('bench', 'silent')
  const log = generateNoteSigner(ORIGIN, 1).signer
  const [witness, guardian] = ['witness', 'guardian'].map((name) =>
    generateNoteSigner(`${name}.bench.example`, 4),
  )
  const founding = found({
    now: Math.floor(machine.clock() / 1000),
    log: { key: log.key, url: `${registryUrl}/log` },
    witnesses: [
      { name: 'witness', key: witness!.signer.key, url: `http://127.0.0.1:${witnessPort}` },
    ],
    guardians: [
      { name: 'guardian', key: guardian!.signer.key, url: `http://127.0.0.1:${guardianPort}` },
    ],
    relyingParties: pagesOf(registryUrl),
    capPerHour: CAP_PER_HOUR,
    officers: 2,
    operators,
    tacs: [DEMO_TAC],
  })
  const trust = readTrust(founding.root, nodeVerifiers())
  const running = await startWitness({
    signer: witness!.signer,
    logs: [log.key],
    dataDir: join(folder, 'witness'),
    port: witnessPort,
    surroundings: machine,
    logger,
  })
  const opened = await openDatabase(database ?? { folder: join(folder, 'database') })
  await mkdir(join(folder, 'log'))
  const registry = await openRegistry({
    database: opened,
    logFolder: join(folder, 'log'),
    trust,
    keys: {
      log,
      intakes: [founding.intake.signer],
      registry: founding.registry[0].signer,
      lists: generateNoteSigner(snapshotKeyName(log.key.name), ED25519).signer,
      secret: machine.random(32),
    },
    url: registryUrl,
    country: 'ZZ',
    statusSignerUrl: null,
    founding: [founding.root, ...founding.certificates],
    poolMs,
    ...(plan.limits && { limits: plan.limits }),
    surroundings: machine,
    logger,
  })
  const served = await serve(registry.app, registryPort)
  const guard = plan.guardian
    ? await startGuardian({
        signer: guardian!.signer,
        logs: [{ keys: [log.key], url: `${registryUrl}/log`, trust }],
        dataDir: join(folder, 'guardian'),
        port: guardianPort,
        surroundings: machine,
        logger,
      })
    : null
  return {
    registry,
    sequencer: registry.context.sequencer,
    founding,
    trust,
    url: registryUrl,
    async close() {
      const closing = served.close()
      await registry.close()
      await closing
      await guard?.close()
      await opened.close()
      await running.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Locks of so many phones, each all but approved: the approval is what is timed. */
export async function proposeLocks({ founding, url }: LogUnderTest, count: number) {
  const desk = new OfficerDesk(url, founding.officers[0]!.signer)
  const bar = progressBar('locks proposed', count)
  const proposed = []
  for (let i = 0; i < count; i++) {
    const imei = parseImei14(`${DEMO_TAC}${String(i).padStart(6, '0')}`)
    const { id } = await desk.openCase({ crimeReference: `BENCH/${i}`, why: 'theft', imei })
    proposed.push({ imei, caseId: id, draft: await desk.propose(id) })
    bar.advance(1)
  }
  bar.stop()
  return proposed
}

/** Waits until the guardians stand behind all there is. */
export async function guarded({ sequencer }: LogUnderTest): Promise<void> {
  const size = () => sequencer.published.newest?.checkpoint.size
  await until(async () => sequencer.published.guarded?.checkpoint.size === size())
}

export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('the log did not settle')
    await wait(100)
  }
}

/** Signed holds of as many phones, numbered from `first`: the order a registry takes most often. */
export function signHolds(founding: Founding, first: number, count: number): Signed[] {
  const now = Math.floor(machine.clock() / 1000)
  return Array.from({ length: count }, (_, i) => {
    const imei = parseImei14(`${DEMO_TAC}${String((first + i) % 1_000_000).padStart(6, '0')}`)
    const ids = { dak: null, imeis: [imei], serial: null }
    const [oid, salt] = [machine.random(16), machine.random(32)]
    const order: Order = {
      act: 'hold',
      auth: founding.intake.sub,
      own: ['card', saltedHash(machine.random(32), 'bench')],
      why: 1,
      oid,
      dev: deviceCommitment(salt, ids),
      ctr: 1,
      nbf: now,
      exp: now + HOLD_SECONDS,
    }
    return {
      kind: 'order',
      body: coseSign('application/stolen-order+cbor', orderPayload(order), [
        founding.intake.signer,
      ]),
      order: {
        subjectId: randomUUID(),
        opening: encodeOpening({ oid, salt, ids }),
        ownerSalt: null,
        caseId: null,
        draftId: null,
      },
    }
  })
}
