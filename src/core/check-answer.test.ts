import { describe, expect, test } from 'vitest'
import { Country, DAY, T0, bytes, newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { isAbout, readCheck, signCheck, verifyCheck, type SignedCheck } from './check-answer.ts'
import { askedCommitment } from './commitment.ts'
import { parseImei14, parseSerial } from './imei.ts'

const country = new Country()
const imei = parseImei14('00101701000001')
const salt = bytes(16, 3)
const check: SignedCheck = {
  log: 'log.example/stolen-mode',
  salt,
  asked: askedCommitment(salt, { imei }),
  state: 'stolen',
  isReadyForHandover: false,
  treeSize: 40,
  root: bytes(32, 2),
  at: T0,
}
const { authorities } = country.ledger
const [registry] = country.registry

const verified = (said: Partial<SignedCheck>, by = registry!) =>
  codeOf(() => verifyCheck(signCheck({ ...check, ...said }, by), authorities, verify))

describe('a signed answer of the public check', () => {
  test('H2.1: goes round, and says the same of every state in as many bytes', () => {
    const signed = signCheck(check, registry!)
    expect(verifyCheck(signed, authorities, verify)).toEqual(check)
    const free = signCheck({ ...check, state: 'protected', isReadyForHandover: true }, registry!)
    expect(free).toHaveLength(signed.length)
  })

  test('counts only by a key that the log certifies as a registry’s, at that time', () => {
    expect(verified({})).toBe('accepted')
    expect(verified({}, newKey())).toBe('chain')
    expect(verified({}, country.officers[0]!)).toBe('signer-set')
    expect(verified({ at: T0 + 4_000 * DAY })).toBe('cert-time')
  })

  test('is about one number, and shows it to nobody', () => {
    const said = readCheck(signCheck(check, registry!), registry!.key, verify)
    expect(isAbout(said, { imei })).toBe(true)
    const other = parseImei14('00101701000002')
    expect(isAbout(said, { imei: other })).toBe(false)
    // A serial number is no IMEI, even of the same characters.
    expect(isAbout(said, { serial: parseSerial('DEMO00000001') })).toBe(false)
    const text = Buffer.from(signCheck(check, registry!)).toString('latin1')
    expect(text).not.toContain(imei)
  })

  test('whatever is altered in it, it no longer verifies', () => {
    const signed = signCheck(check, registry!)
    for (let at = 0; at < signed.length; at += 3) {
      const altered = signed.slice()
      altered[at]! ^= 1
      expect(
        codeOf(() => verifyCheck(altered, authorities, verify)),
        `byte ${at}`,
      ).not.toBe('accepted')
    }
    expect(codeOf(() => verifyCheck(signed.slice(0, -1), authorities, verify))).toBe('malformed')
  })
})
