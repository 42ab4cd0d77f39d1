import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { equal, utf8 } from '../core/index.ts'
import { PIN, SOFTHSM, Tokens, noTokens } from '../../test/tokens.ts'
import { es256Verifier } from './es256.ts'
import { parseKeyName } from './key-name.ts'
import { makeKey, openKey, type Secrets } from './key-store.ts'
import { pkcs11Tool } from './pkcs11-tool.ts'

const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-keys-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PASSPHRASE = 'six words drawn by dice'
const saying = (secret: string): Secrets => ({
  known: () => Promise.resolve(secret),
  fresh: () => Promise.resolve(secret),
})
const unasked: Secrets = {
  known: () => Promise.reject(new Error('asked')),
  fresh: () => Promise.reject(new Error('asked')),
}
const message = utf8('a document')
const verify = es256Verifier()
const file = (name: string) => parseKeyName(`file:${join(folder, name)}`)

describe('a key file', () => {
  test('signs with its passphrase, and with no other', async () => {
    const made = await makeKey(file('a.pem'), saying(PASSPHRASE), false)
    const opened = await openKey(file('a.pem'), saying(PASSPHRASE))
    expect(equal(opened.key.x, made.key.x)).toBe(true)
    expect(verify(made.key, message, opened.sign(message))).toBe(true)
    await expect(openKey(file('a.pem'), saying(`${PASSPHRASE}.`))).rejects.toMatchObject({
      code: 'key-locked',
    })
  })

  test('is its owner’s alone, standard, and costly to guess', () => {
    const path = join(folder, 'a.pem')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const pem = readFileSync(path, 'utf8')
    expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/)
    const der = Buffer.from(pem.replaceAll(/-.*-|\n/g, ''), 'base64').toString('hex')
    // scrypt with N = 16,384, r = 8, p = 5; then AES-256-CBC.
    expect(der).toMatch(/06092b06010401da47040b301c0410[0-9a-f]{32}02024000020108020105/)
    expect(der).toContain('060960864801650304012a')
  })

  test('a short passphrase makes none, and none is written over', async () => {
    await expect(makeKey(file('b.pem'), saying('short'), false)).rejects.toMatchObject({
      code: 'config',
    })
    await expect(openKey(file('b.pem'), unasked)).rejects.toMatchObject({ code: 'key-missing' })
    await expect(makeKey(file('a.pem'), saying(PASSPHRASE), false)).rejects.toMatchObject({
      code: 'config',
    })
  })

  test('without a passphrase it opens unasked: servers, and the demonstration', async () => {
    const made = await makeKey(file('server.pem'), unasked, true)
    const opened = await openKey(parseKeyName(join(folder, 'server.pem')), unasked)
    expect(verify(made.key, message, opened.sign(message))).toBe(true)
  })

  test('what other tools have encrypted opens; what is no P-256 key signs nothing', async () => {
    const write = (name: string, curve: string) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve })
      const how = { cipher: 'aes-256-cbc', passphrase: PASSPHRASE } as const
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem', ...how })
      writeFileSync(join(folder, name), pem)
    }
    write('other.pem', 'P-256')
    write('curve.pem', 'P-384')
    expect((await openKey(file('other.pem'), saying(PASSPHRASE))).sign(message)).toHaveLength(64)
    await expect(openKey(file('curve.pem'), saying(PASSPHRASE))).rejects.toMatchObject({
      code: 'config',
    })
  })
})

describe('the name of a key', () => {
  test.each([
    ['pkcs11:object=order', 'token=… or serial=…'],
    ['pkcs11:token=met', 'object=…'],
    ['pkcs11:token=met;object=o?pin-value=1234', 'a PIN never stands in a command'],
    ['pkcs11:token=met;object=o?module-path=x.so', 'module-path begins with /'],
    ['pkcs11:token=met;object=o;type=public', 'a private key'],
    ['pkcs11:token=met;object=o;object=p', 'object stands twice'],
    ['pkcs11:token=met;object=%zz', 'a percent sign'],
    ['pkcs11:token=met;colour=red;object=o', 'expected one of'],
    ['file:', 'expected a file'],
  ])('%s is refused', (name, said) => {
    expect(() => parseKeyName(name)).toThrow(said)
  })

  test('a PKCS#11 URI says token, key, module and where the PIN stands', () => {
    const uri = 'pkcs11:token=The%20Met;object=o?module-path=/lib/hsm.so&pin-source=file:/run/pin'
    expect(parseKeyName(uri)).toEqual({
      kind: 'token',
      token: 'The Met',
      serial: null,
      object: 'o',
      modulePath: '/lib/hsm.so',
      pinFile: '/run/pin',
    })
  })
})

describe.skipIf(noTokens !== undefined)(`a token ${noTokens ?? ''}`, () => {
  const name = (object: string, token = 'met', more = '') =>
    parseKeyName(`pkcs11:token=${token};object=${object}?module-path=${SOFTHSM}${more}`)
  let tokens: Tokens
  beforeAll(() => {
    tokens = new Tokens()
    Object.assign(process.env, tokens.environment)
    tokens.add('met')
    tokens.add('twin')
    tokens.add('twin')
  })
  afterAll(() => {
    delete process.env['SOFTHSM2_CONF']
    tokens[Symbol.dispose]()
  })

  test('makes a key that cannot leave it, and signs 64 bytes', async () => {
    const made = await makeKey(name('order'), saying(PIN), false)
    const opened = await openKey(name('order'), saying(PIN))
    expect(equal(opened.key.x, made.key.x)).toBe(true)
    const signature = opened.sign(message)
    expect(signature).toHaveLength(64)
    expect(verify(made.key, message, signature)).toBe(true)
    const args = ['--token-label', 'met', '--list-objects', '--type', 'privkey']
    const listed = pkcs11Tool({ modulePath: SOFTHSM, pin: PIN, args }).toString()
    expect(listed).toContain('sensitive, always sensitive, never extractable, local')
  })

  test('the PIN may stand in a file; a wrong one opens nothing', async () => {
    writeFileSync(join(folder, 'pin'), `${PIN}\n`)
    const kept = name('order', 'met', `&pin-source=file:${join(folder, 'pin')}`)
    expect((await openKey(kept, unasked)).sign(message)).toHaveLength(64)
    const wrong = await openKey(name('order'), saying('0000'))
    expect(() => wrong.sign(message)).toThrow('a wrong PIN')
  })

  test('no key of that name, no such token, two tokens of one name: refused, never another key', async () => {
    const codes = { code: 'key-missing' }
    await expect(openKey(name('nobody'), saying(PIN))).rejects.toMatchObject(codes)
    await expect(openKey(name('order', 'gone'), saying(PIN))).rejects.toMatchObject(codes)
    await expect(makeKey(name('order', 'twin'), saying(PIN), false)).rejects.toThrow('several')
    await expect(makeKey(name('order'), saying(PIN), false)).rejects.toThrow('already')
  })
})
