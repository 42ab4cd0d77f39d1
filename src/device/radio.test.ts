import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import { createServer as createTcp } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseImei14 } from '../core/index.ts'
import { attach } from './radio.ts'

const imei = parseImei14('00101701000001')

let edge: Http2Server
let edgeUrl: string
let asked: string[]
let answer: (stream: ServerHttp2Stream) => void

beforeEach(async () => {
  asked = []
  edge = createServer()
  edge.on('stream', (stream, headers) => {
    asked.push(`${headers[':method']} ${headers[':path']}`)
    stream.on('error', () => undefined)
    answer(stream)
  })
  await new Promise<void>((resolve) => edge.listen(0, '127.0.0.1', resolve))
  edgeUrl = `http://127.0.0.1:${(edge.address() as AddressInfo).port}`
})
afterEach(() => new Promise<void>((resolve) => edge.close(() => resolve())))

const says = (status: number, body: unknown) => (stream: ServerHttp2Stream) => {
  stream.respond({ ':status': status, 'content-type': 'application/json' })
  stream.end(typeof body === 'string' ? body : JSON.stringify(body))
}

describe('attaching to a network', () => {
  it.each([
    [200, { status: 'WHITELISTED' }, true, 'WHITELISTED'],
    [200, { status: 'GREYLISTED' }, true, 'GREYLISTED'],
    [200, { status: 'BLACKLISTED' }, false, 'BLACKLISTED'],
    [404, { cause: 'ERROR_EQUIPMENT_UNKNOWN' }, true, 'unknown'],
    [404, { cause: 'SOMETHING_ELSE' }, true, 'failed'],
    [500, { status: 'BLACKLISTED' }, true, 'failed'],
    [200, { status: 'blacklisted' }, true, 'failed'],
    [200, 'BLACKLISTED', true, 'failed'],
    [200, null, true, 'failed'],
  ])('%i %j: admitted %s', async (status, body, admitted, word) => {
    answer = says(status, body)
    expect(await attach({ edgeUrl, imei })).toEqual({ admitted, answer: word })
    const pei = 'imeisv-0010170100000101'
    expect(asked).toEqual([`GET /n5g-eir-eic/v1/equipment-status?pei=${pei}`])
  })

  it('admits when the register is silent, gone, or talks without end', async () => {
    const failed = { admitted: true, answer: 'failed' }
    answer = () => undefined
    expect(await attach({ edgeUrl, imei, timeoutMs: 50 })).toEqual(failed)
    answer = says(200, `{"status":"BLACKLISTED","x":"${'x'.repeat(100_000)}"}`)
    expect(await attach({ edgeUrl, imei })).toEqual(failed)
    const tcp = createTcp((socket) => socket.destroy())
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`
    expect(await attach({ edgeUrl: url, imei })).toEqual(failed)
    await new Promise<void>((resolve) => tcp.close(() => resolve()))
    expect(await attach({ edgeUrl: url, imei })).toEqual(failed)
  })
})
