import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { smtpPost, spoolPost } from './mail.ts'

const FROM = 'registry@mail.example'
const MAIL = { id: 'b3f4', to: 'owner@mail.example', text: 'Plain – and long. '.repeat(20), at: 0 }

describe('mail in a folder', () => {
  let folder: string
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'stolen-mode-mail-'))))
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('is one file each, a whole message, for its owner alone; a second copy is the same file', async () => {
    const post = spoolPost({ folder: join(folder, 'mail'), from: FROM })
    await post.send(MAIL)
    await post.send(MAIL)
    post.close()
    expect(await readdir(join(folder, 'mail'))).toEqual(['b3f4.eml'])
    const text = await readFile(join(folder, 'mail', 'b3f4.eml'), 'utf8')
    expect(text).toContain('To: owner@mail.example')
    expect(text).toContain('From: registry@mail.example')
    expect(text).toContain('Auto-Submitted: auto-generated')
    expect(text).toContain('Message-ID: <b3f4@stolen-mode>')
    expect(text).toContain('Date: Thu, 01 Jan 1970 00:00:00 +0000')
  })
})

describe('mail by a server', () => {
  let server: Server
  let said: string[]
  /** Answers of a server that takes one mail, or refuses its receiver. */
  let refuses = false
  beforeEach(async () => {
    said = []
    server = createServer((socket) => talk(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => new Promise((resolve) => server.close(resolve)))

  function talk(socket: Socket): void {
    let inData = false
    socket.on('error', () => undefined)
    socket.write('220 mail.example\r\n')
    socket.on('data', (chunk) => {
      for (const line of chunk
        .toString()
        .split('\r\n')
        .filter((one) => one !== '')) {
        said.push(line)
        if (inData && line !== '.') continue
        if (line === 'DATA') {
          inData = true
          socket.write('354 go on\r\n')
        } else if (line === 'QUIT') socket.end('221 bye\r\n')
        else if (refuses && line.startsWith('RCPT')) socket.write('550 no such person\r\n')
        else {
          inData = false
          socket.write('250 ok\r\n')
        }
      }
    })
  }

  test('goes to one address; what the server refuses is refused here', async () => {
    const url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`
    const post = smtpPost({ url, from: FROM })
    await post.send(MAIL)
    expect(said.filter((line) => line.startsWith('RCPT'))).toEqual(['RCPT TO:<owner@mail.example>'])
    expect(said).toContain('MAIL FROM:<registry@mail.example>')
    refuses = true
    await expect(post.send(MAIL)).rejects.toThrow()
    post.close()
  })
})
