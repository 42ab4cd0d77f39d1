import type { IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import {
  Refusal,
  demand,
  encodeCbor,
  encodeSlot,
  fromBase64,
  toBase64,
  type Signer,
} from '../../core/index.ts'
import {
  json,
  listen,
  lockFolder,
  mkdirDurably,
  problem,
  type Answer,
  type Logger,
  type Surroundings,
} from '../../host/index.ts'
import {
  PROBLEMS,
  StatusSignatureRequest,
  checkAuthorization,
  type Trust,
} from '../../wire/index.ts'
import { Alarms } from '../alarms.ts'
import { openBook, type Book } from '../book.ts'
import { Evidence } from '../evidence.ts'
import { FeedClient } from '../feed-client.ts'
import type { RegistryAddress } from '../followed-log.ts'
import { MergedRegister } from '../merged-register.ts'
import { RegistryDoor, parseJson, utf8Text } from '../registry-door.ts'
import { RegistrySource } from '../registry-source.ts'
import { StatusSigner } from './status-signer.ts'

export interface StartStatusSigner {
  /** A key of role registry that the registry itself does not hold. */
  readonly signer: Signer
  readonly trust: Trust
  /** Whose log to follow. */
  readonly registry: Pick<RegistryAddress, 'origin' | 'url'>
  readonly dataDir: string
  /** Base URL under which the registry asks: requests signed for any other are not for us. */
  readonly url: string
  readonly port: number
  readonly surroundings: Surroundings
  readonly logger: Logger
}

export interface RunningStatusSigner {
  readonly url: string
  close(): Promise<void>
}

const PATH = '/v1/status-signatures'
const MAX_BODY = 16_384

/**
 * Follows the log as an operator's register does, answers no network, and signs status tokens beside the
 * registry. It listens on 127.0.0.1: what leads there from elsewhere is its house's affair.
 * @throws {Refusal} data-folder-busy, data-folder-unsafe
 */
export async function startStatusSigner(options: StartStatusSigner): Promise<RunningStatusSigner> {
  const { dataDir, registry, signer, trust, port, surroundings, logger } = options
  const { origin } = registry
  const { clock, random } = surroundings
  await mkdirDurably(dataDir)
  const lock = lockFolder(dataDir)
  const closing: (() => Promise<void> | void)[] = [() => lock.release()]
  const close = async () => {
    for (const one of closing.toReversed()) await one()
  }
  try {
    const alarms = new Alarms(logger)
    const dataFolder = join(dataDir, 'log')
    await mkdirDurably(dataFolder)
    const evidence = new Evidence(dataFolder)
    const merged = new MergedRegister()
    const onApplied = () => undefined
    const kept = { origin, merged, dataFolder, trust, alarms, logger, clock, onApplied }
    const book: Book = await openBook(kept)
    closing.push(() => book.close())
    const source = new RegistrySource(new RegistryDoor({ url: registry.url, signer, clock }))
    const { follower } = book
    const client = new FeedClient({ source, follower, evidence, alarms, random, logger })
    closing.push(() => client.close())
    if (await evidence.hasSplitView()) alarms.raise('split-view')
    else client.start()

    const status = new StatusSigner({ book: () => book, signer, clock })
    const { host } = new URL(options.url)
    const ask = (body: Uint8Array, headers: IncomingHttpHeaders) => {
      demandRegistry(book, { headers, body, host, now: clock() })
      return answer(status, body)
    }
    const health = () => ({
      status: follower.isReady ? 'ok' : 'starting',
      size: follower.size,
      alarms: alarms.raised,
    })
    const listening = await listen({
      port,
      logger,
      find: (path) =>
        path === PATH
          ? {
              method: 'POST',
              maxBody: MAX_BODY,
              answer: (body, headers) => orProblem(() => ask(body, headers)),
            }
          : path === '/healthz'
            ? { method: 'GET', answer: () => json(health()) }
            : undefined,
    })
    closing.push(() => listening.close())
    logger.info({ url: listening.url }, 'status signer answers')
    return { url: listening.url, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Only the country's own registry asks. @throws {Refusal} unauthenticated, forbidden */
function demandRegistry(
  { follower }: Book,
  asked: {
    readonly headers: IncomingHttpHeaders
    readonly body: Uint8Array
    readonly host: string
    readonly now: number
  },
): void {
  const { headers, body, host, now } = asked
  const key = String(headers['idempotency-key'] ?? '')
  const line = { method: 'POST', to: host, path: PATH, body, key }
  const seconds = Math.floor(now / 1000)
  const keyOf = (kid: Uint8Array) => {
    try {
      const { cert } = follower.authorities.signer(kid, now, follower.size)
      return { key: cert.key, role: cert.role }
    } catch {
      throw new Refusal('unauthenticated', 'no valid certificate for this key stands in the log')
    }
  }
  const { es256 } = follower.trust.verify
  const { role } = checkAuthorization(headers.authorization, line, seconds, keyOf, es256)
  demand(role === 'registry', 'forbidden', 'this is for a registry')
}

async function answer(status: StatusSigner, body: Uint8Array): Promise<Answer> {
  const request = StatusSignatureRequest.safeParse(parseJson(utf8Text(body)))
  demand(request.success, 'malformed', 'the request has another shape')
  const { eat, token } = request.data
  const slot = await status.sign(fromBase64(eat), fromBase64(token))
  return json({ slot: toBase64(encodeCbor(encodeSlot(slot))) })
}

async function orProblem(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return problem(PROBLEMS[error.code].status, error)
  }
}
