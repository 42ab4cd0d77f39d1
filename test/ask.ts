import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { Signer } from '../src/core/index.ts'
import { authorization, type RequestLine } from '../src/wire/index.ts'
import type { World } from './world.ts'

/** A request as a stranger sends it: nothing of our own clients stands between. */
export interface Question {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Uint8Array
  readonly by?: Signer
  /** Null sends none. */
  readonly key?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  /** Code of a problem; undefined where all went well. */
  readonly code: string | undefined
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
  readonly headers: Headers
  /** The request's headers, to send them once more. */
  readonly sent: Readonly<Record<string, string>>
}

/** Asks the world's registry. Every refusal has to be one its OpenAPI document names for the route. */
export async function ask(world: World, question: Question): Promise<Answer> {
  const { by, key = randomUUID() } = question
  const { pathname, search } = new URL(world.registryUrl + question.path)
  const path = pathname + search
  const method = question.method ?? 'POST'
  const body = question.raw ?? (question.body === undefined ? '' : JSON.stringify(question.body))
  const headers: Record<string, string> = {}
  if (method === 'POST') headers['content-type'] = 'application/json'
  if (method === 'POST' && key !== null) headers['idempotency-key'] = key
  if (by)
    headers['authorization'] = signed(world, {
      method,
      path,
      body,
      by,
      key: headers['idempotency-key'] ?? '',
    })
  const sent = { ...headers, ...question.headers }
  const response = await fetch(world.registryUrl + path, {
    method,
    headers: sent,
    ...(method === 'POST' && { body: body as never }),
  })
  const text = await response.text()
  const isProblem = response.headers.get('content-type') === 'application/problem+json'
  expect(isProblem).toBe(response.status >= 400)
  const json = JSON.parse(text) as Answer['json']
  const code = isProblem ? String(json['code']) : undefined
  if (code !== undefined) await expectDocumented(world, method, path, response.status, code)
  return { status: response.status, code, text, json, headers: response.headers, sent }
}

function signed(
  world: World,
  {
    body,
    by,
    ...line
  }: Pick<RequestLine, 'method' | 'path' | 'key'> & { body: unknown; by: Signer },
): string {
  const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(String(body))
  const { clock, random } = world.surroundings
  const { host } = new URL(world.registryUrl)
  return authorization(
    { ...line, to: host, body: bytes },
    Math.floor(clock() / 1000),
    random(16),
    by,
  )
}

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Responses }>>>
  >
}
type Responses = Readonly<Record<string, { readonly description: string }>>

export async function openApi(world: World): Promise<OpenApi> {
  const known = DOCUMENTS.get(world)
  if (known) return known
  const response = await fetch(`${world.registryUrl}/openapi.json`)
  const document = (await response.json()) as OpenApi
  DOCUMENTS.set(world, document)
  return document
}

/** Made once for each world: it is long. */
const DOCUMENTS = new WeakMap<World, OpenApi>()

async function expectDocumented(
  world: World,
  method: string,
  path: string,
  status: number,
  code: string,
): Promise<void> {
  const { paths } = await openApi(world)
  const known = Object.keys(paths).find((pattern) =>
    new RegExp(
      `^${pattern.replace('{tile}', '.+').replaceAll(/\{\w+\}/g, '[^/?]+')}(\\?.*)?$`,
    ).test(path),
  )
  if (known === undefined) return expect(code).toBe('not-found')
  const { responses } = paths[known]![method.toLowerCase()]!
  expect(responses[status]?.description, `${method} ${known} ${status}`).toContain(`\`${code}\``)
}
