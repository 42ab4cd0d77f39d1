import { createHash, randomUUID } from 'node:crypto'
import { Refusal, type RefusalCode, type Signer } from '../core/index.ts'
import { PROBLEMS, authorization } from '../wire/index.ts'
import type { z } from 'zod'
import type { Connector } from './connector.ts'
import { readBody } from './read-body.ts'
import { machine, type Clock } from './surroundings.ts'

/** How one party asks another over HTTP/1.1. */
export interface Call<T> {
  readonly method: 'GET' | 'POST'
  /** Base URL without final slash. */
  readonly base: string
  readonly path: string
  readonly body?: unknown
  readonly answer: z.ZodType<T>
  /** Signs the request; a public endpoint needs none. */
  readonly signer?: Signer
  /** Says when it is signed: the machine's own where none is given. */
  readonly clock?: Clock
  /** Makes a repeated POST act once; a fresh one is drawn where none is given. */
  readonly idempotencyKey?: string
  /** Milliseconds until the caller gives up. */
  readonly timeoutMs?: number
  /** Where the other side wants to see a certificate. */
  readonly connector?: Connector | undefined
}

const DEFAULT_TIMEOUT_MS = 15_000
/** Several times the longest there is, 500 drafts of a list. */
const MAX_ANSWER = 64 * 1024 * 1024

/**
 * Asks and reads the answer by its schema. A problem of the other side becomes the same refusal here.
 * @throws {Refusal} unavailable: no connection, an answer that is none; timeout; else the other side's code
 */
export async function call<T>(request: Call<T>): Promise<T> {
  const response = await send(request)
  const text = await readText(response)
  if (!response.ok) throw refusalOf(text)
  const parsed = request.answer.safeParse(parseJson(text))
  if (!parsed.success) throw new Refusal('unavailable', 'the answer has another shape than agreed')
  return parsed.data
}

async function send<T>(request: Call<T>): Promise<Response> {
  const { method, base, path, signer, connector } = request
  const body = request.body === undefined ? '' : JSON.stringify(request.body)
  const headers: Record<string, string> = { accept: 'application/json' }
  const key = method === 'POST' ? (request.idempotencyKey ?? randomUUID()) : ''
  if (method === 'POST') {
    headers['content-type'] = 'application/json'
    headers['idempotency-key'] = key
  }
  if (signer) {
    const line = { method, url: new URL(base + path), body, key }
    headers['authorization'] = signedHeader(line, signer, request.clock)
  }
  const signal = AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  try {
    return await fetch(base + path, {
      method,
      headers,
      signal,
      ...(body !== '' && { body }),
      ...(connector && { dispatcher: connector }),
    })
  } catch (error) {
    throw connectionRefusal(error)
  }
}

/** A request about to be signed; empty text where it has no body or no Idempotency-Key. */
export interface SignedLine {
  readonly method: string
  readonly url: URL
  readonly body: string
  readonly key: string
}

/** The Authorization header of a certified party. */
export function signedHeader(
  { method, url, body, key }: SignedLine,
  signer: Signer,
  clock: Clock = machine.clock,
): string {
  const bytes = new TextEncoder().encode(body)
  const { host, pathname, search } = url
  const line = { method, to: host, path: pathname + search, body: bytes, key }
  return authorization(line, Math.floor(clock() / 1000), machine.random(16), signer)
}

async function readText(response: Response): Promise<string> {
  try {
    return new TextDecoder().decode(await readBody(response, MAX_ANSWER))
  } catch (error) {
    if (!(error instanceof Refusal)) throw connectionRefusal(error)
    throw new Refusal('unavailable', 'the answer is longer than any that is agreed')
  }
}

/** Why nothing came back. */
export function connectionRefusal(error: unknown): Refusal {
  const timedOut = error instanceof Error && error.name === 'TimeoutError'
  return timedOut
    ? new Refusal('timeout', 'no answer in time')
    : new Refusal('unavailable', 'could not be reached')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refusalOf(text: string): Refusal {
  const body = parseJson(text)
  if (typeof body === 'object' && body !== null && 'code' in body && isCode(body.code)) {
    const detail = 'detail' in body && typeof body.detail === 'string' ? body.detail : body.code
    const facts = 'facts' in body ? (body.facts as Record<string, string | number>) : {}
    return new Refusal(body.code, detail, facts)
  }
  return new Refusal('unavailable', 'the other side failed')
}

function isCode(code: unknown): code is RefusalCode {
  return typeof code === 'string' && Object.hasOwn(PROBLEMS, code)
}

/** SHA-256 by node:crypto, for the paths that hash much. */
export function sha256Fast(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}
