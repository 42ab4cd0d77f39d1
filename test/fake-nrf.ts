import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type SecureServerOptions,
  type ServerHttp2Session,
} from 'node:http2'
import type { ServerHttp2Stream } from 'node:http2'
import { freePorts } from '../src/cli/free-ports.ts'

type Json = Readonly<Record<string, unknown>>
type Reply = readonly [status: number, body?: Json | undefined]

/** Throws where a body is not what its schema of TS 29.510 says. */
export type Validate = (schema: 'NFProfile' | 'PatchItem', body: unknown) => void

const INSTANCES = '/nnrf-nfm/v1/nf-instances/'
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const REQUIRED = ['nfInstanceId', 'nfType', 'nfStatus', 'heartBeatTimer', 'plmnList']
const REQUIRED_OF_SERVICE = [
  'serviceInstanceId',
  'serviceName',
  'versions',
  'scheme',
  'nfServiceStatus',
  'ipEndPoints',
]

/** Of both forms together: one profile has one. */
function services(profile: Json): readonly Json[] {
  return [profile['nfServices'], profile['nfServiceList']].flatMap((some) =>
    Object.values((some ?? {}) as Readonly<Record<string, Json>>),
  )
}

/** An NRF's side of a registration (TS 29.510) over h2c or TLS, and nothing more. */
export class FakeNrf {
  readonly #validate: Validate
  readonly #tls: SecureServerOptions | null
  #server: Http2Server | Http2SecureServer | null = null
  readonly #sessions = new Set<ServerHttp2Session>()
  #port = 0
  readonly profiles = new Map<string, Json>()
  /** What came, and how it was answered: `PUT REGISTERED 201`. */
  readonly told: string[] = []
  /** What was wrong with what came. */
  readonly complaints: string[] = []
  /** Requests that came, answered or not. */
  asked = 0
  heartBeatTimer: number | undefined = 1
  /** Answers everything so; 0: not at all. */
  broken: number | null = null

  constructor(validate: Validate = () => undefined, tls: SecureServerOptions | null = null) {
    this.#validate = validate
    this.#tls = tls
  }

  get url(): string {
    return this.#tls ? `https://localhost:${this.#port}` : `http://127.0.0.1:${this.#port}`
  }

  /** On the same port as before. */
  async start(): Promise<this> {
    const server = this.#tls ? createSecureServer(this.#tls) : createServer()
    this.#server = server
    server.on('session', (session) => {
      this.#sessions.add(session)
      session.once('close', () => this.#sessions.delete(session))
    })
    server.on('stream', (stream, headers) => void this.serve(stream, headers))
    if (this.#port === 0) [this.#port] = (await freePorts(1)) as [number]
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    return this
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = null
    const closed = new Promise<void>((resolve) =>
      server ? server.close(() => resolve()) : resolve(),
    )
    for (const session of this.#sessions) session.destroy()
    await closed
  }

  /** Nnrf_NFDiscovery, as an AMF asks it: instances that can be used now. */
  discover(targetType: string, requesterType: string, serviceName: string): readonly Json[] {
    return [...this.profiles.values()].filter((profile) => {
      return (
        profile['nfType'] === targetType &&
        profile['nfStatus'] === 'REGISTERED' &&
        (profile['allowedNfTypes'] as string[]).includes(requesterType) &&
        services(profile).some(
          (service) =>
            service['serviceName'] === serviceName && service['nfServiceStatus'] === 'REGISTERED',
        )
      )
    })
  }

  private async serve(stream: ServerHttp2Stream, headers: Json): Promise<void> {
    this.asked++
    stream.on('error', () => undefined)
    let text = ''
    stream.setEncoding('utf8')
    for await (const part of stream) text += String(part)
    const [method, path] = [String(headers[':method']), String(headers[':path'])]
    const [code, body]: Reply =
      this.broken === null ? this.handle(method, path, headers, text) : [this.broken]
    if (code === 0) return
    const type = code < 300 ? 'application/json' : 'application/problem+json'
    stream.respond({ ':status': code, ...(body !== undefined && { 'content-type': type }) })
    stream.end(body === undefined ? undefined : JSON.stringify(body))
  }

  private handle(method: string, path: string, headers: Json, text: string): Reply {
    const id = path.slice(INSTANCES.length)
    if (!path.startsWith(INSTANCES) || !UUID_V4.test(id)) this.complain(`path ${path}`)
    const known = this.profiles.get(id)
    if (method === 'DELETE') {
      this.profiles.delete(id)
      return this.tell('DELETE', known ? 204 : 404)
    }
    const body: unknown = JSON.parse(text)
    if (method === 'PUT') return this.register(id, headers, body as Json)
    if (method !== 'PATCH') this.complain(`method ${method}`)
    return this.beat(id, headers, body as Json[])
  }

  private register(id: string, headers: Json, profile: Json): Reply {
    if (headers['content-type'] !== 'application/json') this.complain('content type of a profile')
    for (const field of REQUIRED) if (profile[field] === undefined) this.complain(`no ${field}`)
    if (services(profile).length !== 1) this.complain('services')
    for (const service of services(profile))
      for (const field of REQUIRED_OF_SERVICE)
        if (service[field] === undefined) this.complain(`service without ${field}`)
    this.check('NFProfile', profile)
    if (profile['nfInstanceId'] !== id) this.complain('another instance id')
    const isNew = !this.profiles.has(id)
    const kept = { ...profile, ...(this.heartBeatTimer && { heartBeatTimer: this.heartBeatTimer }) }
    this.profiles.set(id, kept)
    return this.tell(`PUT ${String(profile['nfStatus'])}`, isNew ? 201 : 200, kept)
  }

  private beat(id: string, headers: Json, patch: readonly Json[]): Reply {
    if (headers['content-type'] !== 'application/json-patch+json')
      this.complain('content type of a patch')
    for (const item of patch) this.check('PatchItem', item)
    const [{ op, path, value } = {} as Json] = patch
    if (patch.length !== 1 || op !== 'replace' || path !== '/nfStatus') this.complain('patch')
    const profile = this.profiles.get(id)
    if (profile) this.profiles.set(id, { ...profile, nfStatus: value })
    return this.tell(`PATCH ${String(value)}`, profile ? 204 : 404)
  }

  private tell(what: string, status: number, body?: Json): Reply {
    this.told.push(`${what} ${status}`)
    return [status, body]
  }

  private check(schema: 'NFProfile' | 'PatchItem', body: unknown): void {
    try {
      this.#validate(schema, body)
    } catch (error) {
      this.complain(`${schema}: ${(error as Error).message}`)
    }
  }

  private complain(what: string): void {
    this.complaints.push(what)
  }
}
