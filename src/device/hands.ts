import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import {
  PART_TYPES,
  Refusal,
  WAITING_ACTS,
  MESSAGES,
  demand,
  fromBase64,
  type RefusalCode,
} from '../core/index.ts'
import type { Logger } from '../host/index.ts'
import { serveGlass } from './glass/serve.ts'
import type { Phone } from './phone.ts'
import type { Attached } from './radio.ts'
import type { SyncLoop } from './sync-loop.ts'

/** Somebody's hands on the phone, over HTTP: whatever a person, thief or owner, can do to it. */
export interface Hands {
  readonly url: string
  close(): Promise<void>
}

export interface HandsAnswer {
  readonly ok: boolean
  /** Null while switched off. */
  readonly screen: ReturnType<Phone['screen']>
  readonly store: Phone['storeKind']
  readonly calling: string | null
  readonly refusal?: RefusalCode
  /** Unix seconds until which a refused act still waits. */
  readonly until?: number
  readonly attached?: Attached
}

/** What one act adds to the answer. */
type Extra = Pick<HandsAnswer, 'attached'> & { readonly ok?: boolean }
type Act = (body: Uint8Array) => Promise<Extra | void> | Extra | void

const MAX_JSON_BYTES = 4096
const YEAR_MS = 365 * 86_400_000
/** A bundle of 16 KiB and room for the root documents of years. */
const MAX_BYTES = 262_144

const Power = z.object({ on: z.boolean() })
/** What the person at the phone could show it. */
const factor = { passcode: z.boolean().default(false), biometric: z.boolean().default(false) }
const Reset = z.object({ how: z.enum(['menu', 'recovery-wipe']), ...factor })
const Ask = z.object({ act: z.enum(WAITING_ACTS), ...factor })
const Protection = z.object({ on: z.boolean(), ...factor })
const CallTo = z.object({ number: z.string().max(32) })
const AttachTo = z.object({
  edge: z.url().max(256),
  slot: z.number().int().min(0).max(1),
  emergency: z.boolean().optional(),
})
/** Of what a menu, a time zone or a forged time signal makes of its clock. */
const Years = z.object({ years: z.number().min(-100).max(100) })
const Chosen = z.object({ message: z.enum(MESSAGES) })
const Type = z.enum(PART_TYPES)
/** `there`: a phone or a shelf whose folder stands beside this phone's; no path leads elsewhere. */
const SwapPart = z.object({ type: Type, there: z.string().regex(/^[A-Za-z0-9-]{1,64}$/) })
const PairPart = z.object({ type: Type, release: z.string().max(3072).optional() })
const Unlock = z.object({ passcode: z.boolean(), biometric: z.boolean() })

interface HandsOf {
  readonly phone: Phone
  readonly syncing: SyncLoop
  /** Puts the phone's own clock that many milliseconds off. */
  readonly setClock: (offMs: number) => void
}

function actsOn({ phone, syncing, setClock }: HandsOf): ReadonlyMap<string, Act> {
  return new Map<string, Act>([
    ['GET /screen', () => undefined],
    [
      'POST /power',
      async (body) => {
        if (!read(body, Power).on) return phone.powerOff()
        await phone.powerOn()
        void syncing.trigger()
      },
    ],
    [
      'POST /reset',
      (body) => {
        const { how, ...shown } = read(body, Reset)
        return phone.factoryReset(how, shown)
      },
    ],
    [
      'POST /ask',
      (body) => {
        const { act, ...shown } = read(body, Ask)
        return phone.ask(act, shown)
      },
    ],
    ['POST /stop', () => phone.stop()],
    [
      'POST /protection',
      (body) => {
        const { on, ...shown } = read(body, Protection)
        return phone.setProtection(on, shown)
      },
    ],
    ['POST /clock', (body) => setClock(read(body, Years).years * YEAR_MS)],
    ['POST /call', (body) => phone.call(read(body, CallTo).number)],
    ['POST /hang-up', () => phone.hangUp()],
    [
      'POST /attach',
      async (body) => {
        const { edge, slot, emergency } = read(body, AttachTo)
        const attached = await phone.attach(edge, slot, emergency)
        if (attached.admitted) void syncing.trigger()
        return { attached, ok: attached.admitted }
      },
    ],
    ['POST /bundle', async (body) => void (await phone.receive(body))],
    ['POST /sale', async (body) => void (await phone.takeOwner(body))],
    ['POST /sync', async () => void (await phone.sync())],
    ['POST /activate', () => phone.activate()],
    [
      'POST /part/swap',
      (body) => {
        const { type, there } = read(body, SwapPart)
        return phone.parts.swap(type, phone.parts.beside(there))
      },
    ],
    [
      'POST /part/pair',
      (body) => {
        const { type, release } = read(body, PairPart)
        return phone.parts.pair(type, release === undefined ? null : fromBase64(release))
      },
    ],
    ['POST /part/list', (body) => phone.parts.takeList(body)],
    ['POST /unlock', (body) => phone.unlock(read(body, Unlock))],
    ['POST /message', (body) => phone.setMessage(read(body, Chosen).message)],
  ])
}

/** @throws {Refusal} malformed */
function read<T>(body: Uint8Array, schema: z.ZodType<T>): T {
  demand(body.length <= MAX_JSON_BYTES, 'too-large', `more than ${MAX_JSON_BYTES} bytes`)
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(body).toString())
  } catch {
    throw new Refusal('malformed', 'expected JSON')
  }
  const parsed = schema.safeParse(value)
  demand(parsed.success, 'malformed', 'the request has another shape')
  return parsed.data
}

/** Listens on 127.0.0.1 only. */
export async function startHands(
  options: HandsOf & { readonly port: number; readonly logger: Logger },
): Promise<Hands> {
  const { phone, logger, port } = options
  const acts = actsOn(options)
  const server = createServer((request, response) => {
    void answer(request, response, acts, phone, logger)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${bound}`, close: () => close(server) }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  acts: ReadonlyMap<string, Act>,
  phone: Phone,
  logger: Logger,
): Promise<void> {
  let extra: Extra & Pick<HandsAnswer, 'refusal' | 'until'> = {}
  let status = 200
  try {
    const { method, url = '', headers } = request
    const accepts = headers['accept-language']
    if (method === 'GET' && (await serveGlass(phone, url, accepts, response))) return
    const act = acts.get(`${method} ${url}`)
    demand(act !== undefined, 'not-found', 'nothing of the phone is here')
    extra = (await act(await readBody(request))) ?? {}
  } catch (error) {
    if (!(error instanceof Refusal)) logger.error({ err: error }, 'failed')
    const refusal = error instanceof Refusal ? error.code : 'fatal'
    const until = error instanceof Refusal ? error.facts['readyAtSeconds'] : undefined
    extra = { ok: false, refusal, ...(typeof until === 'number' && { until }) }
    status = extra.refusal === 'fatal' ? 500 : extra.refusal === 'not-found' ? 404 : 200
  }
  const { storeKind: store, calling } = phone
  const body: HandsAnswer = { ok: true, screen: phone.screen(), store, calling, ...extra }
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(!request.complete && { connection: 'close' }),
  })
  response.end(JSON.stringify(body))
}

/** @throws {Refusal} too-large */
async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  // Not destroyed at a refusal: the socket still has to carry the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    demand(size <= MAX_BYTES, 'too-large', `more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
