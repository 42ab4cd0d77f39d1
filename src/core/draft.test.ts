import { describe, expect, it } from 'vitest'
import { fiveKeys, makeRoot, newKey, verify } from '../../test/law.ts'
import { codeOf } from '../../test/vectors/outcome.ts'
import { encodeCbor } from './cbor.ts'
import { readCertificateRequest, signCertificateRequest } from './certificate-request.ts'
import type { Signer } from './crypto.ts'
import { assemble, encodeDraft, parseDraft, signDraft, type Draft } from './draft.ts'
import { encodeDocument, parseDocument, readDocument } from './entry.ts'
import { readRoot, rootPayload, stepRoot } from './root.ts'

const { root, keys } = makeRoot()
const draft: Draft = { kind: 'root', payload: encodeCbor(rootPayload(root)) }
/** Through files, as in the field. */
const carried = (of: Draft, by: Signer) =>
  readDocument(encodeDocument(signDraft(parseDraft(encodeDraft(of)), by))).body
const read = (by: readonly Signer[], of = draft) =>
  codeOf(() =>
    readRoot(
      encodeDocument(
        assemble(
          of,
          by.map((key) => carried(of, key)),
        ),
      ),
      verify,
    ),
  )

describe('A90: signatures collected one by one', () => {
  it('three holders, in any order, give one and the same document', () => {
    const parts = [keys[3]!, keys[0]!, keys[2]!].map((key) => carried(draft, key))
    const one = encodeDocument(assemble(draft, parts))
    expect(encodeDocument(assemble(draft, parts.toReversed()))).toEqual(one)
    expect(readRoot(one, verify)).toEqual(root)
  })

  it('two are too few, and one of them twice is still two', () => {
    expect(read(keys.slice(0, 2))).toBe('root-threshold')
    expect(read([keys[0]!, keys[1]!, keys[1]!, keys[1]!])).toBe('root-threshold')
  })

  it('strangers do not count', () => {
    expect(read([keys[0]!, keys[1]!, ...fiveKeys()])).toBe('root-threshold')
  })

  it('a signature of another draft is not taken: mix and match', () => {
    const later: Draft = {
      kind: 'root',
      payload: encodeCbor(rootPayload({ ...root, expires: root.expires + 1 })),
    }
    const parts = [carried(draft, keys[0]!), carried(draft, keys[1]!), carried(later, keys[2]!)]
    expect(codeOf(() => assemble(draft, parts))).toBe('signer-set')
    const forced = { ...parts[0]!, slots: parts.flatMap(({ slots }) => slots) }
    expect(codeOf(() => readRoot(encodeDocument(forced), verify))).toBe('root-threshold')
  })

  it('a draft is no document, and a document no draft', () => {
    expect(codeOf(() => readDocument(encodeDraft(draft)))).toBe('malformed')
    expect(codeOf(() => parseDraft(encodeDocument(carried(draft, keys[0]!))))).toBe('malformed')
    expect(
      codeOf(() => parseDraft(encodeCbor(['application/stolen-order+cbor', draft.payload]))),
    ).toBe('unknown-kind')
  })

  it('the next version: its own five are not enough', () => {
    const joined = [...keys.slice(0, 3), newKey(), newKey()]
    const next = makeRoot({ version: 2 }, joined).root
    const of: Draft = { kind: 'root', payload: encodeCbor(rootPayload(next)) }
    const step = (by: readonly Signer[]) => {
      const cose = assemble(
        of,
        by.map((key) => carried(of, key)),
      )
      const bytes = encodeDocument(cose)
      return codeOf(() => stepRoot(root, parseDocument(bytes, cose.contentType), verify))
    }
    expect(step([joined[0]!, joined[3]!, joined[4]!])).toBe('root-threshold')
    expect(step([joined[0]!, joined[1]!, keys[4]!])).toBe('root-threshold')
    expect(step([joined[0]!, joined[1]!, joined[3]!, keys[4]!])).toBe('accepted')
    expect(step(joined.slice(0, 3))).toBe('accepted')
  })
})

describe('a request for a certificate', () => {
  const me = newKey()
  const wanted = { sub: 'zz.force', role: 'force', use: 'order' } as const
  const bytes = signCertificateRequest(wanted, me)

  it('says name, role, use and key', () => {
    expect(readCertificateRequest(bytes, verify)).toEqual({ ...wanted, key: me.key })
  })

  it('is signed by the key it asks for', () => {
    const stolen: Signer = { key: newKey().key, sign: (message) => me.sign(message) }
    const forged = signCertificateRequest(wanted, stolen)
    expect(codeOf(() => readCertificateRequest(forged, verify))).toBe('signature')
  })

  it('a use belongs to a force', () => {
    const codes = (['officer', 'force'] as const).map((role) =>
      codeOf(() =>
        readCertificateRequest(
          signCertificateRequest({ ...wanted, role, use: role === 'force' ? null : 'order' }, me),
          verify,
        ),
      ),
    )
    expect(codes).toEqual(['malformed', 'malformed'])
  })

  it('every byte of it counts', () => {
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = bytes.slice()
      flipped[at]! ^= 1
      expect(
        codeOf(() => readCertificateRequest(flipped, verify)),
        `byte ${at}`,
      ).not.toBe('accepted')
    }
  })
})
