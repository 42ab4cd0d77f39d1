import { es256Verifier, verifyEd25519 } from '../../src/host/index.ts'
import { isJson, type Json, type VectorFile, type VectorKind } from './outside.ts'

const verifyEs256 = es256Verifier()

/**
 * C2SP/wycheproof: whole files of signatures by one algorithm, each with a `result`. The two we
 * verify with are run: P-256 with SHA-256 in the r‖s form, and Ed25519.
 */
export const WYCHEPROOF: VectorKind = {
  name: 'wycheproof',
  holds: (json) => groupsOf(json).some((group) => verifierOf(group) !== null),
  judge,
}

function groupsOf({ testGroups }: Json): readonly Json[] {
  return Array.isArray(testGroups) ? testGroups.filter(isJson) : []
}

type Verifier = (message: Uint8Array, signature: Uint8Array) => boolean

function verifierOf(group: Json): Verifier | null {
  const key = [group['publicKey'], group['key']].find(isJson)
  if (key === undefined) return null
  if (group['type'] === 'EcdsaP1363Verify') {
    if (key['curve'] !== 'secp256r1' || group['sha'] !== 'SHA-256') return null
    const point = bytesOf(key['uncompressed'])
    const at = { x: point.slice(1, 33), y: point.slice(33) }
    return (message, signature) => verifyEs256(at, message, signature)
  }
  if (group['type'] !== 'EddsaVerify' || key['curve'] !== 'edwards25519') return null
  const publicKey = bytesOf(key['pk'])
  return (message, signature) => verifyEd25519(publicKey, message, signature)
}

function judge({ json }: VectorFile): string | null {
  const wrong = groupsOf(json).flatMap((group) => {
    const verify = verifierOf(group)
    const { tests } = group
    return (Array.isArray(tests) && verify ? tests.filter(isJson) : []).flatMap((test) => {
      const found = verify!(bytesOf(test['msg']), bytesOf(test['sig']))
      const isOpen = test['result'] === 'acceptable'
      return isOpen || found === (test['result'] === 'valid') ? [] : [String(test['tcId'])]
    })
  })
  return wrong.length === 0 ? null : `another outcome for ${wrong.join(', ')}`
}

const bytesOf = (hex: unknown) => new Uint8Array(Buffer.from(String(hex), 'hex'))
