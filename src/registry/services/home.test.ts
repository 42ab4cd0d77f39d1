import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ask } from '../../../test/ask.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { World, imeiNumber } from '../../../test/world.ts'
import {
  certificateOf,
  certificatePayload,
  coseSign,
  encodeDocument,
  fromBase64,
  parseDocument,
  readCertificate,
  toBase64,
  type Certificate,
  type Signer,
} from '../../core/index.ts'
import { generateEs256 } from '../../host/index.ts'

const CERT = 'application/stolen-cert+cbor'
const ABROAD = 'log.abroad.example/stolen-mode'

/** Another country's registry, as far as ours asks it. */
let server: Server
let url = ''
/** Whose home it says it is; null answers nothing at all. */
let home: string | null | undefined
const asked: { readonly path: string; readonly body: Record<string, unknown> }[] = []

beforeEach(async () => {
  asked.length = 0
  home = null
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
      asked.push({ path: request.url!, body })
      if (home === undefined) return void response.writeHead(503).end('{}')
      const answer = request.url === '/v1/home' ? { home } : { logged: 0 }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())))

/** A certificate like that of the first officer, for another key, changed and signed as asked. */
function officerLike(world: World, by: Signer, changes: Partial<Certificate> = {}): Uint8Array {
  const { cert } = readCertificate(world.founding.officers[0]!.document)
  const made = { ...cert, sub: 'zz.force/new', key: generateEs256().signer.key, ...changes }
  return encodeDocument(coseSign(CERT, certificatePayload(made), [by]))
}

describeOnEachEngine('registries of several countries', (open) => {
  test('tell each other whose phone it is, and nobody else, and nothing more', async () => {
    await using world = await World.boot({ database: await open() })
    const { imei } = await world.enrolOne()
    await world.first.openCase({ crimeReference: 'A/1', why: 'theft', imei: imeiNumber(77) })
    const registry = world.founding.registry[0].signer
    const question = (about: string, by?: Signer) =>
      ask(world, { path: '/v1/home', body: { imei: about }, ...(by && { by }) })
    expect((await question(imei, registry)).json).toEqual({ home: world.log.key.name })
    expect((await question(imeiNumber(77), registry)).json).toEqual({ home: null }) // a bare number
    expect((await question(imeiNumber(78), registry)).json).toEqual({ home: null })
    for (const stranger of [world.founding.officers[0], world.founding.operators[0]])
      expect(await question(imei, stranger!.signer)).toMatchObject({ code: 'forbidden' })
    expect(await question(imei)).toMatchObject({ code: 'unauthenticated' })
  })

  test('an officer is sent to where the phone is at home, his certificates before him', async () => {
    await using world = await World.boot({ database: await open() })
    world.peers = [{ origin: ABROAD, url }]
    await world.stopRegistry()
    await world.startRegistry()
    const enrolled = await world.enrolOne()
    const about = (n: number) =>
      ({ crimeReference: `B/${n}`, why: 'theft', imei: imeiNumber(n) }) as const

    home = ABROAD
    const sent = { code: 'home-elsewhere', facts: { log: ABROAD, registry: url } }
    await expect(world.first.openCase(about(70))).rejects.toMatchObject(sent)
    expect(asked.at(-2)).toEqual({ path: '/v1/home', body: { imei: imeiNumber(70) } })
    const { certificates } = asked.at(-1)!.body as { certificates: string[] }
    const names = certificates.map((bytes) => readCertificate(fromBase64(bytes)).cert.sub)
    const officer = world.founding.officers[0]!.sub
    expect(names).toEqual(['zz', 'zz.force', 'zz.force', officer])

    // Who is at home here is asked of nobody.
    const before = asked.length
    await world.first.openCase({ ...about(1), imei: enrolled.imei })
    expect(asked).toHaveLength(before)

    // A registry that names another's log is not believed, and one that is away stops nobody.
    for (const said of ['log.third.example', null, undefined]) {
      home = said
      const { id } = await world.first.openCase(about(71))
      expect(id).toMatch(/-/)
    }
    // What is locked here goes on here, whoever claims the phone later.
    await world.lock({ imei: imeiNumber(72) })
    home = ABROAD
    expect((await world.first.openCase(about(72))).id).toMatch(/-/)
  })

  test('a phone that is at home elsewhere is not enrolled a second time', async () => {
    await using world = await World.boot({ database: await open() })
    world.peers = [{ origin: ABROAD, url }]
    await world.stopRegistry()
    await world.startRegistry()
    home = ABROAD
    await expect(world.enrolOne()).rejects.toMatchObject({ code: 'identity-conflict' })
  })

  test("bring certificates of their own country, once, and nobody else's", async () => {
    await using world = await World.boot({ database: await open() })
    const { founding } = world
    const registry = founding.registry[0].signer
    const bring = async (by: Signer, ...documents: Uint8Array[]) => {
      const body = { certificates: documents.map(toBase64) }
      const { code, json } = await ask(world, { path: '/v1/certificates', body, by })
      return code ?? json['logged']
    }
    const fresh = officerLike(world, founding.forceIssue.signer)
    expect(await bring(registry, founding.national.document, fresh)).toBe(1)
    expect(await bring(registry, fresh)).toBe(0)
    const { cert } = certificateOf(parseDocument(fresh, CERT))
    const { authorities } = world.running.context.sequencer.ledger
    expect(authorities.named(cert.sub)).toHaveLength(1)

    expect(await bring(founding.officers[0]!.signer, fresh)).toBe('forbidden')
    const forged = officerLike(world, generateEs256().signer, { sub: 'zz.force/forged' })
    expect(await bring(registry, forged)).toBe('chain')
    const foreign = officerLike(world, founding.forceIssue.signer, { sub: 'xb.force/new' })
    expect(await bring(registry, foreign)).toBe('name-outside')
  })
})
