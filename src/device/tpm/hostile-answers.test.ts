import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal, fromHex, toHex } from '../../core/index.ts'
import { CC, PASSWORD } from './codes.ts'
import { encodeCommand, frameSize, parseAnswer, responseCode } from './frame.ts'
import { parseGrants } from './grants.ts'
import { NO_POLICY, policyCpHash, policyOr } from './policy.ts'

const read = { code: CC.nvRead, handles: [1, 1], sessions: [PASSWORD] }
const GOOD = fromHex('80020000001d000000000000000a0008a1a2a3a4a5a6a7a800000100' + '00')

/** Throws nothing but a refusal of the store. */
function refuses(act: () => unknown): boolean {
  try {
    act()
    return false
  } catch (error) {
    if (error instanceof Refusal) return true
    throw error
  }
}

describe('A92 a TPM, or whoever sits on its bus, that lies', () => {
  it('is believed when it answers in form', () => {
    const { parameters } = parseAnswer(GOOD, read)
    expect(toHex(parameters.sized(8))).toBe('a1a2a3a4a5a6a7a8')
    parameters.done()
  })

  it('is refused at every shorter length, and with a byte more', () => {
    for (let length = 0; length < GOOD.length; length++)
      expect(refuses(() => parseAnswer(GOOD.slice(0, length), read))).toBe(true)
    expect(refuses(() => parseAnswer(new Uint8Array([...GOOD, 0]), read))).toBe(true)
  })

  it('is refused with another tag or a size no answer has', () => {
    for (const head of ['000000000013', '800100000009', '8002ffffffff', '800200001001'])
      expect(refuses(() => frameSize(fromHex(`${head}00000000`)))).toBe(true)
    const plain = fromHex('80010000000a00000000')
    expect(refuses(() => parseAnswer(plain, read))).toBe(true)
  })

  it('any bytes end in an answer or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const act of [
          responseCode,
          frameSize,
          parseGrants,
          (b: Uint8Array) => parseAnswer(b, read),
        ])
          refuses(() => act(bytes))
      }),
    )
  })
})

describe('TPM 2.0 Part 3', () => {
  it('frames a command with an empty password', () => {
    expect(toHex(encodeCommand(read))).toBe(
      '80020000001f0000014e000000010000000100000009400000090000010000',
    )
  })

  it('a policy digest is 32 bytes, and depends on what it is made of', () => {
    const one = policyCpHash(NO_POLICY, NO_POLICY)
    expect(policyOr([one, NO_POLICY])).not.toEqual(policyOr([NO_POLICY, one]))
  })
})
