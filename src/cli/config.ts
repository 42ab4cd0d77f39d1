import { resolve } from 'node:path'
import { z } from 'zod'
import { Refusal, demand } from '../core/index.ts'
import { themeOf, type Theme } from '../portal/index.ts'
import { UNKNOWN_POLICIES, type UnknownPolicy } from '../edge/index.ts'
import type { DatabaseConfig, EvidenceWanted } from '../registry/index.ts'
import { MailAddress } from '../wire/index.ts'

/** What may be set from outside, and what holds when nobody sets it. */
export interface Config {
  readonly data: string
  readonly registryPort: number
  readonly edgePort: number
  readonly edgeAdminPort: number
  readonly witnessPort: number
  readonly guardianPort: number
  readonly statusSignerPort: number
  /** Where the registry finds whoever signs status tokens beside it. */
  readonly statusSignerUrl: string
  /** Who signs for phones whose store is a TPM; null: nobody. */
  readonly grantDeskUrl: string | null
  /** Of the first simulated phone; the next ones follow. */
  readonly phonePort: number
  /** The own country's registry: whom phones and officers ask. */
  readonly registryUrl: string
  /** Every registry, the own country's first; the origin is left out only where there is no other. */
  readonly registries: readonly NamedRegistry[]
  readonly poolMs: number
  /** Address the registry listens on. */
  readonly listen: string
  /** PEM files: the registry's own certificate, and who certifies operators' connections. */
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string } | null
  /** One proxy stands before the registry and names the source of each request. */
  readonly isBehindProxy: boolean
  readonly country: string
  readonly network: string
  readonly unknown: UnknownPolicy
  /** The GSMA's TAC list, for the registry; null: it has none. */
  readonly tacList: string | null
  /** File of models whose maker chose a shorter wait; null: none did. */
  readonly waits: string | null
  /** Folder of result packages of the conformance suite, for the public figures; null: none. */
  readonly conformance: string | null
  /** File of forces' identity providers; null: officers sign in with passkeys alone. */
  readonly identityProviders: string | null
  /** Whose pages these are; null: a demonstration’s, and each page says so. */
  readonly theme: Theme | null
  /** Sender of mail to owners; push services write to it too. */
  readonly mailFrom: string
  /** Origins of push services beside those of the known browsers. */
  readonly pushOrigins: readonly string[]
  /** Android's list of revoked attestation certificates, fetched daily by a job; null: no chain counts. */
  readonly androidStatus: string | null
  /** Who has to vouch for a phone at enrolment. */
  readonly evidence: EvidenceWanted
  /** Seconds between two questions of a phone for orders. */
  readonly phoneSyncSeconds: number
  readonly logLevel: string
  /** A witness or guardian of its own, where the command line leaves it out. */
  readonly cosigner: {
    readonly name: string | undefined
    readonly key: string | undefined
    readonly logs: string | undefined
    readonly root: string | undefined
    readonly data: string | undefined
  }
}

/** A registry as it is named from outside. */
export interface NamedRegistry {
  readonly origin: string | null
  readonly url: string
}

/** Kept apart from what may be printed. */
export interface Secrets {
  /** A server's connection string; null: the embedded database. */
  readonly databaseUrl: string | null
  /** A mail server's address, which may hold a password; null: mail is written into a folder. */
  readonly smtpUrl: string | null
}

/** Decimal digits and nothing else: an empty variable must not mean zero. */
const integer = (min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^[0-9]{1,6}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .default(fallback)
const port = (fallback: number) => integer(0, 65_535, fallback)

const given = z.string().min(1).optional()
/** One address, or `origin=address` for each country's registry, the own one first. */
const registries = z
  .string()
  .transform((text) => text.split(',').map(namedRegistry))
  .pipe(
    z
      .array(z.object({ origin: z.string().nullable(), url: z.url({ protocol: /^https?$/ }) }))
      .refine((all) => all.length === 1 || all.every(({ origin }) => origin !== null)),
  )

function namedRegistry(text: string): NamedRegistry {
  const [, origin = null, url] = /^(?:([^=]+)=)?(https?:.*)$/.exec(text.trim()) ?? [null, null, '']
  return { origin, url: (url ?? '').replace(/\/+$/, '') }
}

/** Origins; over TLS, unless it is this very machine. */
const origins = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim()))
  .pipe(z.array(z.string().refine(isPushOrigin)))

function isPushOrigin(text: string): boolean {
  const url = URL.parse(text)
  if (url?.origin !== text) return false
  const isHere = url.protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(url.hostname)
  return url.protocol === 'https:' || isHere
}

const Environment = z.object({
  STOLEN_MODE_DATA: z.string().min(1).default('./data'),
  STOLEN_MODE_REGISTRY_PORT: port(8080),
  STOLEN_MODE_EDGE_PORT: port(7777),
  STOLEN_MODE_EDGE_ADMIN_PORT: port(7778),
  STOLEN_MODE_WITNESS_PORT: port(8101),
  STOLEN_MODE_GUARDIAN_PORT: port(8102),
  STOLEN_MODE_STATUS_SIGNER_PORT: port(8103),
  STOLEN_MODE_STATUS_SIGNER_URL: z.url({ protocol: /^https?$/ }).optional(),
  STOLEN_MODE_GRANT_DESK_URL: z.url({ protocol: /^https?$/ }).optional(),
  STOLEN_MODE_PHONE_PORT: port(8201),
  STOLEN_MODE_REGISTRY_URL: registries.optional(),
  STOLEN_MODE_POOL_MS: integer(250, 500, 250),
  STOLEN_MODE_BEHIND_PROXY: z.enum(['0', '1']).default('0'),
  STOLEN_MODE_LISTEN: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  STOLEN_MODE_TLS_KEY: given,
  STOLEN_MODE_TLS_CERT: given,
  STOLEN_MODE_TLS_CLIENT_CA: given,
  STOLEN_MODE_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('ZZ'),
  STOLEN_MODE_NETWORK: z
    .string()
    .regex(/^[0-9]{5,6}$/)
    .default('00101'),
  STOLEN_MODE_UNKNOWN: z.enum(UNKNOWN_POLICIES).default('whitelist'),
  STOLEN_MODE_TAC_LIST: given,
  STOLEN_MODE_WAITS: given,
  STOLEN_MODE_CONFORMANCE: given,
  STOLEN_MODE_IDENTITY_PROVIDERS: given,
  STOLEN_MODE_PAGES_NAME: given,
  STOLEN_MODE_PAGES_COLOUR: given,
  STOLEN_MODE_MAIL_FROM: MailAddress.default('stolen-mode@registry.example'),
  STOLEN_MODE_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  STOLEN_MODE_PUSH_ORIGINS: origins.default([]),
  STOLEN_MODE_ANDROID_STATUS: given,
  STOLEN_MODE_EVIDENCE: z.enum(['either', 'both']).default('either'),
  STOLEN_MODE_PHONE_SYNC_SECONDS: integer(1, 86_400, 2),
  STOLEN_MODE_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info'),
  STOLEN_MODE_COSIGNER_NAME: given,
  STOLEN_MODE_COSIGNER_KEY: given,
  STOLEN_MODE_COSIGNER_LOGS: given,
  STOLEN_MODE_COSIGNER_ROOT: given,
  STOLEN_MODE_COSIGNER_DATA: given,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
})

/** What a wrong value should have been; the value itself is not repeated, it may be a secret. */
const EXPECTED: Readonly<Record<string, string>> = {
  STOLEN_MODE_DATA: 'a folder',
  STOLEN_MODE_COSIGNER_NAME: 'a name',
  STOLEN_MODE_COSIGNER_KEY: 'a file',
  STOLEN_MODE_COSIGNER_LOGS: 'a file',
  STOLEN_MODE_COSIGNER_ROOT: 'a file',
  STOLEN_MODE_COSIGNER_DATA: 'a folder',
  STOLEN_MODE_REGISTRY_URL:
    'an address such as http://127.0.0.1:8080, or ORIGIN=ADDRESS for several, between commas',
  STOLEN_MODE_STATUS_SIGNER_URL: 'an address such as http://127.0.0.1:8103',
  STOLEN_MODE_GRANT_DESK_URL: 'an address such as http://127.0.0.1:8094',
  STOLEN_MODE_POOL_MS: '250 to 500 milliseconds',
  STOLEN_MODE_BEHIND_PROXY: '0 or 1',
  STOLEN_MODE_LISTEN: 'an IP address',
  STOLEN_MODE_TLS_KEY: 'a PEM file',
  STOLEN_MODE_TLS_CERT: 'a PEM file',
  STOLEN_MODE_TLS_CLIENT_CA: 'a PEM file',
  STOLEN_MODE_COUNTRY: 'two capital letters (ISO 3166)',
  STOLEN_MODE_NETWORK: 'MCC and MNC, five or six digits',
  STOLEN_MODE_UNKNOWN: `one of ${UNKNOWN_POLICIES.join(', ')}`,
  STOLEN_MODE_TAC_LIST: 'a file',
  STOLEN_MODE_WAITS: 'a file',
  STOLEN_MODE_CONFORMANCE: 'a folder',
  STOLEN_MODE_IDENTITY_PROVIDERS: 'a file',
  STOLEN_MODE_PAGES_NAME: 'a name',
  STOLEN_MODE_PAGES_COLOUR: 'a colour as #rrggbb',
  STOLEN_MODE_MAIL_FROM: 'a mail address',
  STOLEN_MODE_SMTP_URL: 'an address such as smtps://user@mail.example',
  STOLEN_MODE_PUSH_ORIGINS: 'origins such as https://push.example, with commas between',
  STOLEN_MODE_ANDROID_STATUS: 'a file',
  STOLEN_MODE_EVIDENCE: 'either or both',
  STOLEN_MODE_PHONE_SYNC_SECONDS: '1 to 86400 seconds',
  STOLEN_MODE_LOG_LEVEL: 'trace, debug, info, warn, error or silent',
  DATABASE_URL: 'an address such as postgresql://user@host/database',
}

/**
 * The one place that reads the environment. Unknown names beginning with STOLEN_MODE_ are refused:
 * a typing mistake must not silently mean the default.
 * @throws {Refusal} config, with a sentence that says which variable and what was expected
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): {
  readonly config: Config
  readonly secrets: Secrets
} {
  for (const name of Object.keys(environment))
    if (name.startsWith('STOLEN_MODE_') && !Object.hasOwn(Environment.shape, name))
      throw new Refusal('config', `${name} is set, but there is no such setting`)
  const read = Environment.safeParse(environment)
  if (!read.success) {
    const name = String(read.error.issues[0]?.path[0])
    throw new Refusal('config', `${name}: expected ${EXPECTED[name] ?? 'a port, 0 to 65535'}`)
  }
  const e = read.data
  const registries = e.STOLEN_MODE_REGISTRY_URL ?? [
    { origin: null, url: `http://127.0.0.1:${e.STOLEN_MODE_REGISTRY_PORT}` },
  ]
  const config: Config = {
    data: resolve(e.STOLEN_MODE_DATA),
    registryPort: e.STOLEN_MODE_REGISTRY_PORT,
    edgePort: e.STOLEN_MODE_EDGE_PORT,
    edgeAdminPort: e.STOLEN_MODE_EDGE_ADMIN_PORT,
    witnessPort: e.STOLEN_MODE_WITNESS_PORT,
    guardianPort: e.STOLEN_MODE_GUARDIAN_PORT,
    statusSignerPort: e.STOLEN_MODE_STATUS_SIGNER_PORT,
    statusSignerUrl: (
      e.STOLEN_MODE_STATUS_SIGNER_URL ?? `http://127.0.0.1:${e.STOLEN_MODE_STATUS_SIGNER_PORT}`
    ).replace(/\/+$/, ''),
    grantDeskUrl: e.STOLEN_MODE_GRANT_DESK_URL?.replace(/\/+$/, '') ?? null,
    phonePort: e.STOLEN_MODE_PHONE_PORT,
    registryUrl: registries[0]!.url,
    registries,
    poolMs: e.STOLEN_MODE_POOL_MS,
    listen: e.STOLEN_MODE_LISTEN,
    tls: tlsOf(e.STOLEN_MODE_TLS_KEY, e.STOLEN_MODE_TLS_CERT, e.STOLEN_MODE_TLS_CLIENT_CA),
    isBehindProxy: e.STOLEN_MODE_BEHIND_PROXY === '1',
    country: e.STOLEN_MODE_COUNTRY,
    network: e.STOLEN_MODE_NETWORK,
    unknown: e.STOLEN_MODE_UNKNOWN,
    tacList: e.STOLEN_MODE_TAC_LIST ?? null,
    waits: e.STOLEN_MODE_WAITS ?? null,
    conformance: e.STOLEN_MODE_CONFORMANCE ?? null,
    identityProviders: e.STOLEN_MODE_IDENTITY_PROVIDERS ?? null,
    theme: pagesOf(e.STOLEN_MODE_PAGES_NAME, e.STOLEN_MODE_PAGES_COLOUR),
    mailFrom: e.STOLEN_MODE_MAIL_FROM,
    pushOrigins: e.STOLEN_MODE_PUSH_ORIGINS,
    androidStatus: e.STOLEN_MODE_ANDROID_STATUS ?? null,
    evidence: e.STOLEN_MODE_EVIDENCE,
    phoneSyncSeconds: e.STOLEN_MODE_PHONE_SYNC_SECONDS,
    logLevel: e.STOLEN_MODE_LOG_LEVEL,
    cosigner: {
      name: e.STOLEN_MODE_COSIGNER_NAME,
      key: e.STOLEN_MODE_COSIGNER_KEY,
      logs: e.STOLEN_MODE_COSIGNER_LOGS,
      root: e.STOLEN_MODE_COSIGNER_ROOT,
      data: e.STOLEN_MODE_COSIGNER_DATA,
    },
  }
  const smtpUrl = e.STOLEN_MODE_SMTP_URL ?? null
  return { config, secrets: { databaseUrl: e.DATABASE_URL ?? null, smtpUrl } }
}

/** Both or none. @throws {Refusal} config */
function pagesOf(name?: string, colour?: string): Theme | null {
  if (name === undefined && colour === undefined) return null
  const both = name !== undefined && colour !== undefined
  demand(both, 'config', 'STOLEN_MODE_PAGES_NAME and STOLEN_MODE_PAGES_COLOUR go together')
  return themeOf(name, colour)
}

/** All three or none. @throws {Refusal} config */
function tlsOf(key?: string, cert?: string, ca?: string): Config['tls'] {
  if (key !== undefined && cert !== undefined && ca !== undefined) return { key, cert, ca }
  const none = [key, cert, ca].every((path) => path === undefined)
  demand(none, 'config', 'STOLEN_MODE_TLS_KEY, _CERT and _CLIENT_CA belong together')
  return null
}

/** The database of this configuration: a server where one is named, else a folder. */
export function databaseOf(config: Config, secrets: Secrets): DatabaseConfig {
  return secrets.databaseUrl === null
    ? { folder: resolve(config.data, 'registry', 'database') }
    : { url: secrets.databaseUrl }
}
