import { expect, test } from 'vitest'
import {
  decodeMessage,
  encodeCer,
  encodeDpr,
  encodeDwr,
  encodeEcr,
} from '../../../test/s13-peer.ts'
import { BaseMessages, encodeAddress } from './base-messages.ts'
import { readCapabilities } from './capabilities.ts'
import { EcaWriter } from './eca.ts'
import { EcrReader } from './ecr.ts'
import { avp } from './encode.ts'
import { Replies } from './replies.ts'

/**
 * Messages of test identities (TAC 00101701, PLMN 001/01) that tshark 4.0 decodes clean and
 * python-diameter encodes to the same bytes.
 */
const CER = hex(`
  010000988000010100000000000000010000000200000108400000136d6d652e6578616d706c650000000128
  4000000f6578616d706c6500000001014000000e0001c000020100000000010a4000000c000000000000010d
  0000000b6d6d6500000001164000000c00000007000001094000000c000028af00000104400000200000010a
  4000000c000028af000001024000000c01000024
`)
const CEA = hex(`
  010000a4000001010000000000000001000000020000010c4000000c000007d100000108400000136569722e
  6578616d706c6500000001284000000f6578616d706c6500000001014000000e0001c000020200000000010a
  4000000c000000000000010d0000000c65646765000001164000000c00000009000001094000000c000028af
  00000104400000200000010a4000000c000028af000001024000000c01000024
`)
const ECR = hex(`
  010000e0c0000144010000240000001100000022000001074000001b6d6d652e6578616d706c653b313b313b
  7331330000000104400000200000010a4000000c000028af000001024000000c01000024000001154000000c
  0000000100000108400000136d6d652e6578616d706c6500000001284000000f6578616d706c65000000011b
  4000000f6578616d706c650000000579c0000038000028af0000057ac000001a000028af3030313031373031
  30303030303100000000057bc000000e000028af303100000000000140000017303031303130303030303030
  30303100
`)
const ECA_BLACKLISTED = hex(`
  0100009c40000144010000240000001100000022000001074000001b6d6d652e6578616d706c653b313b313b
  7331330000000104400000200000010a4000000c000028af000001024000000c010000240000010c4000000c
  000007d1000001154000000c0000000100000108400000136569722e6578616d706c6500000001284000000f
  6578616d706c6500000005a5c0000010000028af00000001
`)
const ECA_UNKNOWN = hex(`
  010000a040000144010000240000001100000022000001074000001b6d6d652e6578616d706c653b313b313b
  7331330000000104400000200000010a4000000c000028af000001024000000c010000240000012940000020
  0000010a4000000c000028af0000012a4000000c0000152e000001154000000c000000010000010840000013
  6569722e6578616d706c6500000001284000000f6578616d706c6500
`)
const DWR = hex(`
  010000448000011800000000000000030000000400000108400000136d6d652e6578616d706c650000000128
  4000000f6578616d706c6500000001164000000c00000007
`)
const DPR = hex(`
  010000448000011a00000000000000050000000600000108400000136d6d652e6578616d706c650000000128
  4000000f6578616d706c6500000001114000000c00000000
`)

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
}

const IDENTITY = { originHost: 'eir.example', originRealm: 'example' }
const messages = new BaseMessages({ ...IDENTITY, productName: 'edge', originStateId: 9 })

/** The edge's answer to one ECR. */
function answer(write: (eca: EcaWriter, replies: Replies, ecr: EcrReader) => void): Buffer {
  const [ecr, eca, replies] = [new EcrReader(IDENTITY), new EcaWriter(IDENTITY), new Replies()]
  expect(ecr.read(ECR, 0, ECR.length)).toBeNull()
  write(eca, replies, ecr)
  return replies.take()
}

test('an MME’s requests, encoded', () => {
  expect(encodeCer()).toEqual(CER)
  expect(encodeEcr()).toEqual(ECR)
  expect(messagesOf('mme.example', 7).watchdog({ hopByHop: 3, endToEnd: 4 })).toEqual(DWR)
  expect(messagesOf('mme.example', 7).disconnect({ hopByHop: 5, endToEnd: 6 })).toEqual(DPR)
  for (const [ours, theirs] of [
    [encodeDwr(), DWR],
    [encodeDpr(), DPR],
  ] as const)
    expect(decodeMessage(ours).avps).toEqual(decodeMessage(theirs).avps)
})

function messagesOf(originHost: string, originStateId: number): BaseMessages {
  return new BaseMessages({ originHost, originRealm: 'example', productName: 'mme', originStateId })
}

test('CER and CEA', () => {
  expect(readCapabilities(CER, 0, CER.length)).toEqual({
    originHost: 'mme.example',
    originRealm: 'example',
    hasS13: true,
  })
  expect(messages.capabilities({ bytes: CER, start: 0 }, '192.0.2.2')).toEqual(CEA)
})

test('ECR', () => {
  const ecr = new EcrReader(IDENTITY)
  expect(ecr.read(ECR, 0, ECR.length)).toBeNull()
  expect(ecr).toMatchObject({ imei14: '00101701000001', svn: '01', imsi: '001010000000001' })
})

test('ECA BLACKLISTED and ECA of a phone that is not known', () => {
  expect(answer((eca, replies, ecr) => eca.writeVerdict(replies, ecr, 'BLACKLISTED'))).toEqual(
    ECA_BLACKLISTED,
  )
  expect(answer((eca, replies, ecr) => eca.writeVerdict(replies, ecr, null))).toEqual(ECA_UNKNOWN)
})

test('DWA and DPA carry both identifiers', () => {
  const dwa = decodeMessage(messages.watchdogAnswer({ bytes: DWR, start: 0 }))
  expect(dwa).toMatchObject({ flags: 0, command: 280, application: 0, hopByHop: 3, endToEnd: 4 })
  expect(dwa.avps.map(({ code }) => code)).toEqual([268, 264, 296, 278])
  const dpa = decodeMessage(messages.answer({ bytes: DPR, start: 0 }, 2001))
  expect(dpa).toMatchObject({ flags: 0, command: 282, application: 0, hopByHop: 5, endToEnd: 6 })
  expect(dpa.avps.map(({ code }) => code)).toEqual([268, 264, 296])
})

test.each([
  ['192.0.2.2', '0001c0000202'],
  ['::ffff:192.0.2.2', '0001c0000202'],
  ['2001:db8::2', '000220010db8000000000000000000000002'],
  ['::1', '000200000000000000000000000000000001'],
  ['fe80::1%eth0', '0002fe800000000000000000000000000001'],
  ['2001:db8:1:2:3:4:5:6', '000220010db8000100020003000400050006'],
])('Host-IP-Address %s', (address, bytes) => {
  expect(encodeAddress(address).toString('hex')).toBe(bytes)
})

test('an AVP’s length leaves out its padding', () => {
  expect(avp(1, Buffer.from('12345')).toString('hex')).toBe('000000014000000d3132333435000000')
})
