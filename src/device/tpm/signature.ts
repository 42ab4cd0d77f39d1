import { concat, demand } from '../../core/index.ts'
import { ALG } from './codes.ts'
import { padded } from './public-area.ts'
import type { Reader } from './reader.ts'
import { sized, u16 } from './writer.ts'

/** TPMT_SIGNATURE of an ES256 signature, r‖s of 64 bytes. @throws {Refusal} store */
export function encodeSignature(signature: Uint8Array): Uint8Array {
  demand(signature.length === 64, 'store', 'expected a signature of 64 bytes')
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)]
  return concat(u16(ALG.ecdsa), u16(ALG.sha256), sized(r), sized(s))
}

/** @returns r‖s, 64 bytes. @throws {Refusal} store */
export function readSignature(reader: Reader): Uint8Array {
  const isEs256 = reader.u16() === ALG.ecdsa && reader.u16() === ALG.sha256
  demand(isEs256, 'store', 'expected an ES256 signature')
  return concat(padded(reader.sized(32)), padded(reader.sized(32)))
}
