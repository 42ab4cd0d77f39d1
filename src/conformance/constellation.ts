import {
  authoritiesFrom,
  coseSign,
  encodeDocument,
  encodeEntry,
  equal,
  kidOf,
  parseImei14,
  parseRoot,
  parseTac,
  readCertificate,
  rootPayload,
  parseDocument,
  type Authorities,
  type Imei14,
  type Signer,
  type Tac,
  type VerifyEs256,
} from '../core/index.ts'
import {
  certificatesOf,
  foundWorld,
  generateEs256,
  generateNoteSigner,
  type FoundedCountry,
  type Founding,
  type NoteSigner,
  type RandomBytes,
} from '../host/index.ts'
import { COSIGNATURE, ED25519 } from '../log/index.ts'

const ROOT = 'application/stolen-root+cbor'
const COSIGNERS = 3

/** A whole number from 0 up to `below`. */
export function pick(random: RandomBytes, below: number): number {
  const bytes = random(4)
  return (((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0) % below
}

/**
 * Everybody a phone ever hears of, drawn afresh for each run: roots, authorities, log, witnesses,
 * guardians, maker. The suite holds all their keys, so that no device knows any of them beforehand.
 */
export class Constellation {
  readonly home: Founding
  /** Another country under the same root, with a log of its own. */
  readonly abroad: FoundedCountry
  readonly log: NoteSigner
  readonly abroadLog: NoteSigner
  /** A log with the home log's name and another key. */
  readonly impostor: NoteSigner
  /** A log that no policy names. */
  readonly stranger: NoteSigner
  readonly witnesses: readonly NoteSigner[]
  readonly guardians: readonly NoteSigner[]
  /** The maker's key for the parts of one batch; it leaked, and is void. */
  readonly batchMaker = generateEs256().signer
  /** The model all phones of this run are of. */
  readonly tac: Tac
  /** Unix seconds at which all was founded. */
  readonly founded: number
  readonly random: RandomBytes
  /** Leaves before anything a case is about: certificates, and more of them than one can foresee. */
  readonly beginning: readonly Uint8Array[]

  constructor(random: RandomBytes) {
    this.random = random
    const name = Buffer.from(random(4)).toString('hex')
    const origin = `log-${name}.example/zz`
    const member = ({ key }: NoteSigner) => ({
      name: key.name.split('.')[0]!,
      key,
      url: 'http://cosigner.invalid',
    })
    const cosigners = (kind: string) =>
      Array.from(
        { length: COSIGNERS },
        (_, i) => generateNoteSigner(`${kind}-${name}-${i}.example`, COSIGNATURE).signer,
      )
    this.log = generateNoteSigner(origin, ED25519).signer
    this.impostor = generateNoteSigner(origin, ED25519).signer
    this.abroadLog = generateNoteSigner(`log-${name}.example/xa`, ED25519).signer
    this.stranger = generateNoteSigner(`other-${name}.example/zz`, ED25519).signer
    this.witnesses = cosigners('witness')
    this.guardians = cosigners('guardian')
    this.tac = parseTac(`00${String(pick(random, 1e6)).padStart(6, '0')}`)
    this.founded = 1_750_000_000 + pick(random, 150_000_000)
    const people = { capPerHour: 10, officers: 2, operators: 0, tacs: [this.tac] }
    const { countries, root, rootKeys } = foundWorld({
      now: this.founded,
      countries: [
        { ...people, country: 'ZZ', log: { key: this.log.key, url: 'http://log.invalid' } },
        {
          ...people,
          country: 'XA',
          log: { key: this.abroadLog.key, url: 'http://abroad.invalid' },
        },
      ],
      witnesses: this.witnesses.map(member),
      guardians: this.guardians.map(member),
    })
    const [home, abroad] = countries
    // No more than fits a bundle: whose log it is comes with it, the other country's people do not.
    this.home = { ...home!, root, rootKeys, certificates: certificatesOf(home!) }
    this.abroad = abroad!
    const documents = [...this.home.certificates, ...abroad!.certificates]
    this.beginning = documents
      .slice(0, this.home.certificates.length + pick(random, abroad!.certificates.length))
      .map((document) => {
        const body = parseDocument(document, 'application/stolen-cert+cbor')
        return encodeEntry({ kind: 'certificate', t: this.founded * 1000, body })
      })
  }

  /** The number of a phone of this run's model. */
  number(): Imei14 {
    return parseImei14(`${this.tac}${String(pick(this.random, 1e6)).padStart(6, '0')}`)
  }

  /** Whom the certificates of the home country lead to. */
  authorities(verify: VerifyEs256): Authorities {
    const root = parseRoot(parseDocument(this.home.root, ROOT).payload)
    return authoritiesFrom(root, this.home.certificates.map(readCertificate), verify)
  }

  /** Whose key that is, if a maker's. */
  maker(kid: Uint8Array): { readonly key: Signer['key']; readonly tacs: readonly Tac[] } | null {
    const keys = [this.home.maker.signer, this.batchMaker].map(({ key }) => key)
    const key = keys.find((one) => equal(kidOf(one), kid))
    return key ? { key, tacs: [this.tac] } : null
  }

  /** The root document under another version, signed by `signers`: the root's own where none are given. */
  rootOf(version: number, signers?: readonly Signer[]): Uint8Array {
    const { root, rootKeys } = this.home
    const own = rootKeys.slice(0, 3).map(({ signer }) => signer)
    const next = { ...parseRoot(parseDocument(root, ROOT).payload), version }
    return encodeDocument(coseSign(ROOT, rootPayload(next), signers ?? own))
  }

  /** Three keys that nobody certified. */
  static strangers(): readonly Signer[] {
    return [1, 2, 3].map(() => generateEs256().signer)
  }
}
