import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { call } from './call.ts'

let server: Server
afterEach(() => void server.close())

async function ask(answer: (response: ServerResponse) => void): Promise<unknown> {
  server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return call({ method: 'GET', base, path: '/', answer: z.object({ word: z.string() }) })
}

test('an answer is read by its schema', async () => {
  expect(await ask((response) => response.end('{"word":"yés"}'))).toEqual({ word: 'yés' })
  await expect(ask((response) => response.end('{"word":1}'))).rejects.toMatchObject({
    code: 'unavailable',
  })
})

test('an answer without end is left before it fills the memory', async () => {
  let sent = 0
  const part = Buffer.alloc(1_048_576, 0x20)
  const endless = (response: ServerResponse) => {
    const more = () => {
      while (sent < 512 && !response.destroyed && response.write(part)) sent++
      if (sent++ >= 512) response.end()
    }
    response.on('drain', more)
    more()
  }
  await expect(ask(endless)).rejects.toMatchObject({ code: 'unavailable' })
  expect(sent).toBeLessThan(256)
})
