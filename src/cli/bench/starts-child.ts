// A register in a process of its own, so that its memory is nobody else's. It is given what it needs as
// JSON; it answers with one line of JSON once it refuses the phone it was told of.
import { connect } from 'node:http2'
import { setTimeout as wait } from 'node:timers/promises'
import { fromBase64 } from '../../core/index.ts'
import { es256FromPem, nodeVerifiers } from '../../host/index.ts'
import { parseVkey } from '../../log/index.ts'
import { readTrust } from '../../wire/index.ts'
import { startBenchRegister } from './bench-register.ts'

export interface Started {
  /** From the start of the register to the first refusal. */
  readonly seconds: number
  /** Of the whole process, once it has come to rest. */
  readonly rssMb: number
}

/** What a register is started with. */
export interface StartPlan {
  readonly root: string
  readonly keyPem: string
  readonly origin: string
  readonly url: string
  readonly listsKey: string
  readonly dataDir: string
  /** 14 digits of a listed number. */
  readonly listed: string
}

const POLL_MS = 5
const REST_MS = 1_000

async function start(plan: StartPlan): Promise<Started> {
  const { origin, url } = plan
  const begin = performance.now()
  const edge = await startBenchRegister({
    name: 'bench',
    signer: es256FromPem(plan.keyPem),
    trust: readTrust(fromBase64(plan.root), nodeVerifiers()),
    registries: [{ origin, url, listsKey: parseVkey(plan.listsKey) }],
    dataDir: plan.dataDir,
  })
  while ((await ask(edge.url, plan.listed)) !== 'BLACKLISTED') await wait(POLL_MS)
  const seconds = (performance.now() - begin) / 1000
  await wait(REST_MS)
  return { seconds, rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20) }
}

async function ask(url: string, imei14: string): Promise<unknown> {
  const session = connect(url)
  const path = `/n5g-eir-eic/v1/equipment-status?pei=imei-${imei14}0`
  const stream = session.request({ ':path': path }).setEncoding('utf8')
  let body = ''
  for await (const part of stream) body += String(part)
  session.close()
  return (JSON.parse(body) as { status?: unknown }).status
}

const started = await start(JSON.parse(process.argv[2] ?? '{}') as StartPlan)
process.stdout.write(`${JSON.stringify(started)}\n`, () => process.exit(0))
