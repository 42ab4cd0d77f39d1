import { connect } from 'node:http2'
import type { Imei14 } from '../core/index.ts'

/** What the register said, or that it did not. */
export type EquipmentAnswer = 'WHITELISTED' | 'GREYLISTED' | 'BLACKLISTED' | 'unknown' | 'failed'

export interface Attached {
  readonly admitted: boolean
  /** Null when nobody was asked. */
  readonly answer: EquipmentAnswer | null
}

export interface Attach {
  /** Base URL of the operator's register, h2c. */
  readonly edgeUrl: string
  readonly imei: Imei14
  /** Milliseconds until silence counts as a failure. */
  readonly timeoutMs?: number
}

/** An emergency attach: a network checks no equipment then (TS 23.401 §5.3.2.1). */
export const UNASKED: Attached = { admitted: true, answer: null }

/** Software version digits of this phone's IMEISV. */
const SVN = '01'
const PATH = '/n5g-eir-eic/v1/equipment-status'
const MAX_ANSWER_BYTES = 65_536

/**
 * What a network's AMF does for this phone: asks the register and admits all but BLACKLISTED. Errors,
 * silence and unknown equipment are admitted, as most networks do (eir.md §2.8).
 */
export async function attach(options: Attach): Promise<Attached> {
  const answer = await checkEquipment(options)
  return { admitted: answer !== 'BLACKLISTED', answer }
}

async function checkEquipment(options: Attach): Promise<EquipmentAnswer> {
  try {
    const { status, body } = await get(options)
    return meaning(status, JSON.parse(body))
  } catch {
    return 'failed'
  }
}

function meaning(status: number, body: unknown): EquipmentAnswer {
  if (typeof body !== 'object' || body === null) return 'failed'
  if (status === 404 && 'cause' in body && body.cause === 'ERROR_EQUIPMENT_UNKNOWN')
    return 'unknown'
  const word = status === 200 && 'status' in body ? body.status : null
  return word === 'WHITELISTED' || word === 'GREYLISTED' || word === 'BLACKLISTED' ? word : 'failed'
}

function get({ edgeUrl, imei, timeoutMs = 5000 }: Attach) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const session = connect(edgeUrl)
    const fail = (error: Error) => {
      clearTimeout(timer)
      session.destroy()
      reject(error)
    }
    const timer = setTimeout(() => fail(new Error('no answer in time')), timeoutMs)
    session.on('error', fail)
    const path = `${PATH}?pei=imeisv-${imei}${SVN}`
    const stream = session.request({
      ':path': path,
      accept: 'application/json',
      'user-agent': 'AMF',
    })
    const chunks: Buffer[] = []
    let size = 0
    let status = 0
    stream.on('response', (headers) => (status = headers[':status'] ?? 0))
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) fail(new Error('a longer answer than any'))
      else chunks.push(chunk)
    })
    stream.on('error', fail)
    stream.on('end', () => {
      clearTimeout(timer)
      session.close()
      resolve({ status, body: Buffer.concat(chunks).toString() })
    })
  })
}
