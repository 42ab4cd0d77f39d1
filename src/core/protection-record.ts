import { encodeCbor } from './cbor.ts'

/**
 * That a phone's reset protection was switched off, or on again: a record of an `enrolments` batch, so
 * the log shows that it happened somewhere and only its salt shows where.
 * @param device thumbprint of the dak, 32 bytes
 */
export function protectionRecord(device: Uint8Array, isOn: boolean): Uint8Array {
  return encodeCbor(['protection', device, isOn ? 1 : 0])
}
