import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { Refusal } from '../core/index.ts'
import { UNKNOWN_POLICIES } from '../edge/index.ts'

const port = z.int().min(0).max(65_535)
const country = z.string().regex(/^[A-Z]{2}$/)
const network = z.string().regex(/^[0-9]{5,6}$/)
const file = z.string().min(1)
const Tls = z.strictObject({ key: file, cert: file, ca: file })
/** A list, and the SHA-256 of one whose changes somebody has looked at. */
const ListFile = z.strictObject({
  path: file,
  accept: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
})
const asking = { operator: z.string().min(1).max(64), country, network }

const GsupPeer = z.strictObject({
  address: z.union([z.ipv4(), z.ipv6()]).optional(),
  name: z.string().min(1).max(64).optional(),
  ...asking,
})

const S13Peer = z.strictObject({
  originHost: z.string(),
  realm: z.string(),
  addresses: z.array(z.union([z.ipv4(), z.ipv6()])).default([]),
  tlsName: z.string().nullable().default(null),
  ...asking,
})

/** What stands in an operator's file; paths are relative to it. */
const EdgeFile = z.strictObject({
  /** The operator's own name for this register. */
  name: z.string().min(1).max(64).optional(),
  country: country.optional(),
  network: network.optional(),
  unknown: z.enum(UNKNOWN_POLICIES).optional(),
  /** The operator's certified key: a PEM or encrypted file, or a token. */
  key: z.string().min(1).optional(),
  root: file.optional(),
  data: file.optional(),
  registries: z
    .array(
      z.strictObject({
        origin: z.string().min(1),
        url: z.url(),
        tls: Tls.optional(),
        /** Verifier key of the heads of its lists: a head start, and something to compare with. */
        listsKey: z.string().max(1_024).optional(),
      }),
    )
    .min(1)
    .optional(),
  n5g: z
    .strictObject({
      host: z.string().optional(),
      port: port.optional(),
      tls: Tls.optional(),
      /** Checks a second, for a peer gone wild; unlimited where left out. */
      limits: z
        .strictObject({
          perPeerPerSecond: z.number().positive().optional(),
          perSecond: z.number().positive().optional(),
        })
        .optional(),
      /** Access tokens of the NRF: whose keys, and how strictly. */
      tokens: z
        .strictObject({
          mode: z.enum(['optional', 'required']),
          /** Instance ids of the NRFs whose tokens count, and a file of their keys: PEM or JWK set. */
          issuers: z.array(z.string()).min(1),
          nrfKeys: file,
        })
        .optional(),
    })
    .optional(),
  nrf: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      tls: Tls.optional(),
      /** As AMFs reach the register. */
      address: z.union([z.ipv4(), z.ipv6()]),
      fqdn: z.string().nullable().default(null),
      services: z.enum(['nfServices', 'nfServiceList']).default('nfServices'),
      heartBeatSeconds: z.int().min(1).max(3_600).default(10),
    })
    .optional(),
  admin: z.strictObject({ port: port.optional() }).optional(),
  s13: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: port.default(3868),
      tls: Tls.optional(),
      originHost: z.string(),
      originRealm: z.string(),
      watchdogSeconds: z.int().min(6).max(3_600).optional(),
      peers: z.array(S13Peer).min(1),
    })
    .optional(),
  gsup: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: port.default(4222),
      upstream: z.strictObject({ host: z.string(), port }),
      peers: z.array(GsupPeer).min(1),
    })
    .optional(),
  localList: ListFile.optional(),
  /** The GSMA's TAC list, as the operator has it. */
  tacList: ListFile.optional(),
  remember: z.boolean().optional(),
})
export type EdgeFile = z.infer<typeof EdgeFile>

/**
 * An operator's configuration. Unknown members are refused: a typing mistake must not silently mean the
 * default. @throws {Refusal} config, naming the member and never its value
 */
export async function readEdgeFile(path: string): Promise<EdgeFile> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch {
    throw new Refusal('config', `${path} cannot be read as JSON`)
  }
  const read = EdgeFile.safeParse(value)
  if (read.success) return inFolder(read.data, dirname(path))
  const [issue] = read.error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? [issue.keys[0]!] : []
  const where = [...(issue?.path ?? []), ...unknown].join('.')
  throw new Refusal('config', `${path}: ${where || 'it'} is not as expected`)
}

/** Every path as seen from the file it stands in. */
function inFolder(read: EdgeFile, folder: string): EdgeFile {
  const at = (path: string) => resolve(folder, path)
  const isToken = read.key?.startsWith('pkcs11:') === true
  const tlsAt = ({ key, cert, ca }: z.infer<typeof Tls>) => ({
    key: at(key),
    cert: at(cert),
    ca: at(ca),
  })
  return {
    ...read,
    ...(read.n5g && {
      n5g: {
        ...read.n5g,
        ...(read.n5g.tls && { tls: tlsAt(read.n5g.tls) }),
        ...(read.n5g.tokens && {
          tokens: { ...read.n5g.tokens, nrfKeys: at(read.n5g.tokens.nrfKeys) },
        }),
      },
    }),
    ...(read.nrf?.tls && { nrf: { ...read.nrf, tls: tlsAt(read.nrf.tls) } }),
    ...(read.s13?.tls && { s13: { ...read.s13, tls: tlsAt(read.s13.tls) } }),
    ...(read.key !== undefined && { key: isToken ? read.key : at(read.key) }),
    ...(read.root !== undefined && { root: at(read.root) }),
    ...(read.data !== undefined && { data: at(read.data) }),
    ...(read.localList && { localList: { ...read.localList, path: at(read.localList.path) } }),
    ...(read.tacList && { tacList: { ...read.tacList, path: at(read.tacList.path) } }),
    ...(read.registries && {
      registries: read.registries.map((one) => ({
        ...one,
        ...(one.tls && { tls: tlsAt(one.tls) }),
      })),
    }),
  }
}
