import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TokenIssuer } from '../../../test/access-tokens.ts'
import { openJws, type JwsAlgorithm, type JwsKey } from './jws.ts'

const keyOf = (alg: JwsAlgorithm, jwk: JsonWebKey): JwsKey => ({
  alg,
  kid: null,
  key: createPublicKey({ key: jwk, format: 'jwk' }),
})
const PAYLOAD =
  'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'
const CLAIMS = { iss: 'joe', exp: 1_300_819_380, 'http://example.com/is_root': true }

describe('the examples of RFC 7515', () => {
  test('A.2: RS256', () => {
    const key = keyOf('RS256', {
      kty: 'RSA',
      n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
      e: 'AQAB',
    })
    const signature =
      'cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw'
    expect(openJws(`eyJhbGciOiJSUzI1NiJ9.${PAYLOAD}.${signature}`, [key])).toEqual(CLAIMS)
  })

  test('A.3: ES256', () => {
    const key = keyOf('ES256', {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    })
    const signature =
      'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'
    const jws = `eyJhbGciOiJFUzI1NiJ9.${PAYLOAD}.${signature}`
    expect(openJws(jws, [key])).toEqual(CLAIMS)
    expect(openJws(jws, [])).toBeNull()
  })
})

const issuer = new TokenIssuer()
const key: JwsKey = { alg: 'ES256', kid: 'one', key: issuer.publicKey }
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('what is not signed is not opened', () => {
  test('`none`, and no signature at all (A.5)', () => {
    for (const alg of ['none', 'None', '', null, undefined]) {
      const unsigned = `${base64url({ alg })}.${base64url({ iss: 'x' })}`
      for (const end of ['', '.', '.AA', `.${issuer.sign({}).split('.')[2]}`])
        expect(openJws(unsigned + end, [key])).toBeNull()
    }
  })

  test('HS256 keyed with the public key, PEM or DER', () => {
    const text = `${base64url({ alg: 'HS256' })}.${base64url({ iss: 'x' })}`
    for (const secret of [
      issuer.publicKey.export({ type: 'spki', format: 'pem' }),
      issuer.publicKey.export({ type: 'spki', format: 'der' }),
    ]) {
      const mac = createHmac('sha256', secret).update(text).digest('base64url')
      expect(openJws(`${text}.${mac}`, [key])).toBeNull()
    }
  })

  test('a key serves its own algorithm only', () => {
    const rsa = new TokenIssuer('RS256')
    const rsaKey: JwsKey = { alg: 'RS256', kid: null, key: rsa.publicKey }
    expect(openJws(rsa.sign({ a: 1 }), [rsaKey, key])).toEqual({ a: 1 })
    expect(openJws(rsa.sign({ a: 1 }, { alg: 'ES256' }), [rsaKey, key])).toBeNull()
    expect(openJws(issuer.sign({ a: 1 }, { alg: 'RS256' }), [rsaKey, key])).toBeNull()
    expect(openJws(issuer.sign({ a: 1 }, { alg: 'ES384' }), [rsaKey, key])).toBeNull()
  })

  test('another key, a key of another name, an extension that must be understood', () => {
    expect(openJws(new TokenIssuer().sign({ a: 1 }), [key])).toBeNull()
    expect(openJws(issuer.sign({ a: 1 }, { kid: 'two' }), [key])).toBeNull()
    expect(openJws(issuer.sign({ a: 1 }, { kid: 'one' }), [key])).toEqual({ a: 1 })
    expect(openJws(issuer.sign({ a: 1 }, { crit: ['b64'], b64: false }), [key])).toBeNull()
  })

  test('a payload that is no object', () => {
    for (const payload of [[], 'x', 1, null])
      expect(openJws(issuer.sign(payload), [key])).toBeNull()
  })
})

test('A92: one character changed, taken out or put in opens nothing', () => {
  const jws = issuer.sign({ a: 1 })
  const other = fc.string({
    unit: fc.constantFrom('A', 'B', 'z', '0', '-', '_', '.', '=', '\n'),
    maxLength: 1,
  })
  const places = fc.nat(jws.length - 1)
  fc.assert(
    fc.property(places, fc.nat(1), other, (at, taken, put) => {
      const changed = jws.slice(0, at) + put + jws.slice(at + taken)
      if (changed !== jws && !isSameBytes(changed, jws)) expect(openJws(changed, [key])).toBeNull()
    }),
    { numRuns: 2_000 },
  )
})

test('A92: any text is refused, never an exception', () => {
  const parts = fc.array(fc.oneof(fc.base64String(), fc.string(), fc.json().map(base64url)))
  fc.assert(
    fc.property(parts, (texts) => {
      expect(openJws(texts.join('.'), [key])).toBeNull()
    }),
    { numRuns: 2_000 },
  )
})

/** The last character of base64url has bits that mean nothing. */
function isSameBytes(a: string, b: string): boolean {
  const [signature, other] = [a, b].map((jws) => Buffer.from(jws.split('.')[2] ?? '', 'base64url'))
  const [start, otherStart] = [a, b].map((jws) => jws.slice(0, jws.lastIndexOf('.')))
  return start === otherStart && signature!.equals(other!)
}
