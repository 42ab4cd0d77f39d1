import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logReader } from './log-source.ts'

let server: Server
let url: string

beforeAll(async () => {
  server = createServer(({ url: path = '', headers }, response): unknown => {
    if (path.endsWith('/gone')) return response.writeHead(404).end()
    if (path.endsWith('/busy')) return response.writeHead(503).end()
    if (path.endsWith('/moved')) return response.writeHead(302, { location: '/log/zipped' }).end()
    const size = path.endsWith('/bomb') ? 40_000_000 : 4_000
    expect(headers['accept-encoding']).toContain('gzip')
    return response.setHeader('content-encoding', 'gzip').end(gzipSync(new Uint8Array(size)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/log/`
})
afterAll(() => server.close())

test('tiles and bundles may come compressed, as other logs serve them', async () => {
  expect(await logReader(url)('zipped')).toEqual(new Uint8Array(4_000))
  expect(await logReader(url)('moved')).toEqual(new Uint8Array(4_000))
  expect(await logReader(url)('gone')).toBeNull()
})

test('what unpacks into more than a bundle can hold is refused, and so is an error', async () => {
  await expect(logReader(url)('bomb')).rejects.toMatchObject({ code: 'too-large' })
  await expect(logReader(url)('busy')).rejects.toMatchObject({ code: 'unavailable' })
})
