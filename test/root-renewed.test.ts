import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  certificateOf,
  coseSign,
  decodeCbor,
  encodeDocument,
  parseDocument,
  rootPayload,
  toBase64,
  type RootDocument,
  type Signer,
} from '../src/core/index.ts'
import { generateEs256, generateNoteSigner } from '../src/host/index.ts'
import { formatVkey } from '../src/log/index.ts'
import { startWitness } from '../src/witness/index.ts'
import { ask } from './ask.ts'
import { freePorts } from '../src/cli/free-ports.ts'
import { World } from './world.ts'

const CERTIFICATE = 'application/stolen-cert+cbor'

/** Logs a document by nobody's hand: its signatures are the permission. */
async function carry(world: World, document: Uint8Array) {
  const body = { document: toBase64(document) }
  return ask(world, { path: '/v1/log/documents', body })
}

/** Version 2: three root keys replaced, and another witness in the place of the first. */
function renew({ root }: World['trust'], fresh: readonly Signer[], witness: string): RootDocument {
  const policy = (text: string) => text.replace(/^witness witness .*$/m, `witness ${witness}`)
  const rename = (text: string) => policy(text).replace(/^(group witnesses 1) .*$/m, '$1 second')
  return {
    ...root,
    version: 2,
    keys: [...fresh.map(({ key }) => key), ...root.keys.slice(3)],
    guardedPolicy: rename(root.guardedPolicy),
    plainPolicy: rename(root.plainPolicy),
  }
}

function signRoot(root: RootDocument, signers: readonly Signer[]): Uint8Array {
  return encodeDocument(coseSign('application/stolen-root+cbor', rootPayload(root), signers))
}

function signAgain(document: Uint8Array, signers: readonly Signer[]): Uint8Array {
  const { payload } = parseDocument(document, CERTIFICATE)
  return encodeDocument(coseSign(CERTIFICATE, decodeCbor(payload), signers))
}

test('A90 a root renewed in a running log: every party follows, from the file it was given', async () => {
  await using world = await World.boot()
  const [before, during] = await world.enrol(2)
  await world.lock({ imei: before!.imei })
  await world.audit()

  const [port] = await freePorts(1)
  const second = generateNoteSigner('second.world.example', 4).signer
  const { log, surroundings, logger } = world
  await using witness = disposable(
    await startWitness({
      name: 'second',
      signer: second,
      logs: [log.key],
      surroundings,
      logger,
      dataDir: join(world.folder, 'second'),
      port: port!,
    }),
  )
  const old = world.founding.rootKeys.slice(0, 3).map(({ signer }) => signer)
  const fresh = [1, 2, 3].map(() => generateEs256().signer)
  const url = `http://127.0.0.1:${port}`
  const next = renew(world.trust, fresh, `second ${formatVkey(second.key)} ${url}`)

  // The new keys alone are not enough, and neither are the old ones.
  for (const signers of [fresh, old])
    expect(await carry(world, signRoot(next, signers))).toMatchObject({ code: 'root-threshold' })
  const nameless = { ...next, plainPolicy: next.plainPolicy.replace(/^log .*\n/m, '') }
  expect(await carry(world, signRoot(nameless, [...old, ...fresh]))).toMatchObject({
    code: 'log-unknown',
  })
  expect((await carry(world, signRoot(next, [...old, ...fresh]))).status).toBe(200)
  // What the old keys certified is certified anew, for those who will know the new ones alone.
  const { national } = world.founding
  const again = signAgain(national.document, fresh)
  expect((await carry(world, again)).status).toBe(200)
  const size = world.running.context.sequencer.ledger.size
  expect((await carry(world, again)).json['index']).toBe(certificateIndex(world, national.document))
  expect(world.running.context.sequencer.ledger.size).toBe(size)

  // From here on the first witness is not needed, nor asked.
  await world.stopWitness()
  await world.lock({ imei: during!.imei })
  await world.settle()
  for (const { phone } of world.handsets) {
    await phone.sync()
    expect(phone.screen()?.kind).toBe('stolen')
  }
  await world.stopEdge()
  await world.stopRegistry()
  await world.startRegistry()
  await world.startEdge()
  await world.settle()
  for (const { imei } of world.handsets) expect(await world.probe.ask(imei)).toBe('BLACKLISTED')

  // A phone fresh from the factory holds version 1, and is set up by certificates under version 2.
  const later = await world.enrolOne()
  await later.phone.factoryReset('recovery-wipe')
  await later.phone.activate()
  expect(later.phone.screen()?.kind).toBe('home')
  await world.lock({ imei: later.imei })
  await world.settle()
  await later.phone.sync()
  expect(later.phone.screen()?.kind).toBe('stolen')
  expect(witness.url).toBe(url)
})

function certificateIndex(world: World, document: Uint8Array): number {
  const { cose } = certificateOf(parseDocument(document, CERTIFICATE))
  return (
    world.founding.certificates.findIndex(
      (one) => toBase64(one) === toBase64(encodeDocument(cose)),
    ) + 1
  )
}

function disposable<T extends { close(): Promise<void> }>(party: T): T & AsyncDisposable {
  return Object.assign(party, { [Symbol.asyncDispose]: () => party.close() })
}
