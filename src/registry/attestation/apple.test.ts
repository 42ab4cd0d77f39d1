import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { sha256, utf8, type PublicKey } from '../../core/index.ts'
import { generateEs256 } from '../../host/index.ts'
import { verifyAppleChain, type AppleExpected } from './apple.ts'
import { ANDROID_ROOTS } from './roots.ts'
import { MadePlatform, appleSays, type Extensions } from './testing/made-chain.ts'
import { ruleOf } from './testing/rule-of.ts'

const NOW = Date.UTC(2026, 5, 1)
const DAY = 86_400_000
const NONCE = sha256(utf8('a nonce of ours'))
const SERIAL = 'C00ZZ0000001'
const OID = (arc: string) => `1.2.840.113635.100.8.${arc}`
const honest = appleSays(SERIAL, NONCE)

let platform: MadePlatform
let key: PublicKey
beforeAll(async () => {
  platform = await MadePlatform.create(NOW)
  key = generateEs256().signer.key
})

const verify = (chain: readonly Uint8Array[], changes: Partial<AppleExpected> = {}) =>
  verifyAppleChain(chain, { roots: platform.roots, nonce: NONCE, nowMs: NOW, ...changes })

const ruleFor = async (said: Extensions) => ruleOf(verify(await platform.appleChain(key, said)))
const without = (arc: string) => honest.filter(([oid]) => oid !== OID(arc))
const with_ = (arc: string, value: Uint8Array): Extensions => [...without(arc), [OID(arc), value]]

test('an honest device: its key and its serial number, and no number of a phone', async () => {
  expect(await verify(await platform.appleChain(key, honest))).toEqual({ key, serial: SERIAL })
  const bare = honest.filter(([oid]) => [OID('9.1'), OID('11.1')].includes(oid))
  expect(await ruleFor(bare)).toBe('accepted')
})

test('root, chain, expired: the rules of the other platform, and no leniency for a factory', async () => {
  const chain = await platform.appleChain(key, honest)
  expect(await ruleOf(verify(chain, { roots: ANDROID_ROOTS }))).toBe('root')
  expect(await ruleOf(verify(chain, { roots: [] }))).toBe('root')
  const [leaf, sub, root] = chain as [Uint8Array, Uint8Array, Uint8Array]
  for (const links of [
    [leaf, root],
    [sub, leaf, root],
    [leaf, leaf, sub, root],
    [leaf, sub, sub],
  ])
    expect(await ruleOf(verify(links))).not.toBe('accepted')
  const other = await (await MadePlatform.create(NOW)).appleChain(key, honest)
  expect(await ruleOf(verify([leaf, other[1]!, root]))).toBe('chain')
  const over = await platform.appleChain(key, honest, { ends: NOW - DAY })
  expect(await ruleOf(verify(over))).toBe('expired')
  expect(await ruleOf(verify(chain, { nowMs: NOW - 400 * DAY }))).toBe('expired')
})

test('nonce: the freshness code is the SHA-256 of ours, raw, and is there', async () => {
  const { length } = NONCE
  for (const code of [NONCE, sha256(sha256(NONCE)), sha256(NONCE).slice(0, length - 1)])
    expect(await ruleFor(with_('11.1', code))).toBe('nonce')
  expect(await ruleFor(without('11.1'))).toBe('nonce')
  expect(
    await ruleOf(verify(await platform.appleChain(key, honest), { nonce: sha256(NONCE) })),
  ).toBe('nonce')
})

test('identity: a serial number and nothing like one; none under user enrolment; no Mac', async () => {
  expect(await ruleFor(without('9.1'))).toBe('identity')
  for (const text of [
    '',
    'c00zz0000001',
    'C00ZZ 000001',
    'SHORT',
    `${SERIAL}${SERIAL}`,
    '\0'.repeat(12),
  ])
    expect(await ruleFor(with_('9.1', Buffer.from(text))), text).toBe('identity')
  // A DER string around it is another encoding than the one that is read.
  expect(await ruleFor(with_('9.1', Buffer.from(`\x0c\x0c${SERIAL}`)))).toBe('identity')
  for (const arc of ['13.1', '13.2', '13.3'])
    expect(await ruleFor(with_(arc, Uint8Array.of(1)))).toBe('identity')
})

test('malformed, extended: nothing that is not known, nothing twice, nothing above the leaf', async () => {
  // An app's attestation proves an app: its nonce and device information are not known here.
  for (const arc of ['2', '7', '9.4', '10.1', '99'])
    expect(await ruleFor(with_(arc, Uint8Array.of(1))), arc).toBe('malformed')
  expect(await ruleFor([...honest, ['1.3.6.1.4.1.11129.2.1.17', Uint8Array.of(4, 0)]])).toBe(
    'malformed',
  )
  expect(await ruleFor([...honest, [OID('9.1'), Buffer.from('C00ZZ0000002')]])).toBe('malformed')
  for (const above of [honest, [[OID('11.1'), sha256(NONCE)]] as const])
    expect(await ruleOf(verify(await platform.appleChain(key, honest, { above })))).toBe('extended')
})

test('algorithm: an attested key of another curve', async () => {
  const p384 = await platform.appleChain(key, honest, { curve: 'P-384' })
  expect(await ruleOf(verify(p384))).toBe('algorithm')
})

test('A92 hostile: any byte changed, any chain of any bytes, ends in a refusal that names its rule', async () => {
  const chain = await platform.appleChain(key, honest)
  for (const [i, bytes] of chain.entries())
    for (let at = 0; at < bytes.length; at += 11) {
      const flipped = Uint8Array.from(bytes)
      flipped[at]! ^= 1 << (at % 8)
      const rule = await ruleOf(verify(chain.with(i, flipped)))
      expect(rule, `byte ${at} of link ${i}`).not.toBe('accepted')
    }
  const links = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(links, async (any) => {
      expect(await ruleOf(verify(any))).not.toBe('accepted')
    }),
  )
  const said = fc.array(
    fc.tuple(fc.constantFrom(...honest.map(([oid]) => oid)), fc.uint8Array({ maxLength: 40 })),
    { maxLength: 6 },
  )
  await fc.assert(
    fc.asyncProperty(said, async (extensions) => {
      expect(await ruleFor(extensions)).not.toBe('accepted')
    }),
  )
})
