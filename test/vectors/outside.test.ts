import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { concat, encodeCbor, toHex, utf8, type CborValue } from '../../src/core/index.ts'
import { generateEs256, generateNoteSigner } from '../../src/host/index.ts'
import { runOutside } from './run-outside.ts'

/** Files made here, in the layouts other people publish theirs in. */
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stolen-mode-vectors-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(path: string, json: unknown): void {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(json))
}

async function run() {
  const lines: string[] = []
  return { good: await runOutside(folder, (line) => lines.push(line)), lines }
}

const { signer } = generateEs256()
const b64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
const KEY = { kty: 'EC', crv: 'P-256', x: b64url(signer.key.x), y: b64url(signer.key.y) }
const ES256 = encodeCbor(new Map([[1, -7]]))

/** An example of a COSE_Sign with one signer. */
function example({ external = '', alg = 'ES256', bend = false, fail = false } = {}) {
  const [empty, content] = [new Uint8Array(), utf8('This is the content.')]
  const header = alg === 'ES256' ? ES256 : encodeCbor(new Map([[1, -8]]))
  const aad = new Uint8Array(Buffer.from(external, 'hex'))
  const signature = signer.sign(encodeCbor(['Signature', empty, header, aad, content]))
  const kid = new Map<number, CborValue>([[4, utf8('11')]])
  const payload = bend ? utf8('That is the content.') : content
  const cose = encodeCbor([empty, new Map(), payload, [[header, kid, signature]]])
  const tagged = concat(Uint8Array.of(0xd8, 98), cose)
  return {
    ...(fail && { fail }),
    input: { sign: { signers: [{ key: KEY, protected: { alg }, external }] } },
    output: { cbor: toHex(tagged).toUpperCase() },
  }
}

test('COSE_Sign examples: what must verify does, what must not does not', async () => {
  put('sign-tests/sign-pass-01.json', example())
  put('sign-tests/sign-pass-02.json', example({ external: '11aa22bb' }))
  put('sign-tests/sign-fail-02.json', example({ bend: true, fail: true }))
  put('eddsa-examples/eddsa-01.json', example({ alg: 'EdDSA' }))
  put('aes-examples/aes-01.json', { input: { enveloped: {} }, output: { cbor: '00' } })
  const { good, lines } = await run()
  expect(lines).toEqual(['aes-examples: 1 files not known, left alone', 'cose: 4 passed, 0 failed'])
  expect(good).toBe(true)
})

test('a file that says otherwise than we do is named', async () => {
  put('sign-pass-01.json', example({ bend: true }))
  const { good, lines } = await run()
  expect(lines[1]).toContain('sign-pass-01.json: must verify, and did not')
  expect(good).toBe(false)
})

test('Wycheproof files: P-256 as r and s, Ed25519; other algorithms are left alone', async () => {
  const msg = utf8('message')
  const uncompressed = toHex(concat(Uint8Array.of(4), signer.key.x, signer.key.y))
  const signed = toHex(signer.sign(msg))
  const p256 = (tests: unknown[]) => ({
    testGroups: [
      {
        type: 'EcdsaP1363Verify',
        publicKey: { curve: 'secp256r1', uncompressed },
        sha: 'SHA-256',
        tests,
      },
    ],
  })
  const valid = { tcId: 1, msg: toHex(msg), sig: signed, result: 'valid' }
  const long = { tcId: 2, msg: toHex(msg), sig: `${signed}00`, result: 'invalid' }
  put('p1363.json', p256([valid, long]))
  const { signer: log } = generateNoteSigner('x', 1)
  const pk = toHex(log.key.publicKey)
  const eddsa = { tcId: 1, msg: toHex(msg), sig: toHex(log.sign(msg)), result: 'valid' }
  put('ed25519.json', {
    testGroups: [{ type: 'EddsaVerify', publicKey: { curve: 'edwards25519', pk }, tests: [eddsa] }],
  })
  put('rsa.json', { testGroups: [{ type: 'RsassaPssVerify', publicKey: {}, tests: [] }] })
  expect((await run()).lines).toEqual([
    '.: 1 files not known, left alone',
    'wycheproof: 2 passed, 0 failed',
  ])
  put('p1363.json', p256([{ ...valid, result: 'invalid' }]))
  expect((await run()).good).toBe(false)
})

test('a folder in which nothing is known is no success', async () => {
  expect(await run()).toEqual({ good: false, lines: [`nothing in ${folder} could be run`] })
})
