import { createHash, randomUUID } from 'node:crypto'
import { Refusal, type RefusalCode, type Signer } from '../core/index.ts'
import { PROBLEMS, authorization } from '../wire/index.ts'
import type { z } from 'zod'
import { machine } from './surroundings.ts'

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
  /** Makes a repeated POST act once; a fresh one is drawn where none is given. */
  readonly idempotencyKey?: string
  /** Milliseconds until the caller gives up. */
  readonly timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 15_000

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
  const { method, base, path, signer } = request
  const body = request.body === undefined ? '' : JSON.stringify(request.body)
  const headers: Record<string, string> = { accept: 'application/json' }
  if (method === 'POST') {
    headers['content-type'] = 'application/json'
    headers['idempotency-key'] = request.idempotencyKey ?? randomUUID()
  }
  if (signer) headers['authorization'] = signedHeader(method, new URL(base + path), body, signer)
  const signal = AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  try {
    return await fetch(base + path, { method, headers, signal, ...(body !== '' && { body }) })
  } catch (error) {
    throw connectionRefusal(error)
  }
}

/** The Authorization header for a request whose body is `body`. */
export function signedHeader(method: string, url: URL, body: string, signer: Signer): string {
  const line = { method, path: url.pathname + url.search, body: new TextEncoder().encode(body) }
  return authorization(line, Math.floor(machine.clock() / 1000), machine.random(16), signer)
}

async function readText(response: Response): Promise<string> {
  try {
    return await response.text()
  } catch (error) {
    throw connectionRefusal(error)
  }
}

function connectionRefusal(error: unknown): Refusal {
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
