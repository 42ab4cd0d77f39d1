import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MailServer } from '../../test/mail-server.ts'
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

describe.each(['smtps', 'smtp'] as const)('mail by a server, %s', (how) => {
  test('goes over TLS, with name and password, to one address, whole and once', async () => {
    await using server = await MailServer.start(how)
    const post = smtpPost({ url: server.url(), from: FROM })
    await post.send(MAIL)
    post.close()
    expect(server.signedIn).toBe(1)
    expect(server.receivers).toEqual(['owner@mail.example'])
    expect(server.kept).toHaveLength(1)
    const [mail] = server.kept
    expect(mail).toContain('Message-ID: <b3f4@stolen-mode>')
    expect(mail).toContain('From: registry@mail.example')
  })

  test('what the server refuses, defers or does not finish is refused here', async () => {
    await using server = await MailServer.start(how)
    const post = smtpPost({ url: server.url(), from: FROM })
    for (const ending of ['refused', 'later', 'dies', 'silent'] as const) {
      server.ending = ending
      await expect(post.send(MAIL), ending).rejects.toThrow()
    }
    server.ending = 'taken'
    await post.send(MAIL)
    post.close()
    // The one that was kept without a word, and the last.
    expect(server.kept).toHaveLength(2)
  })

  test('nothing is said to a server of another name, nor without its password', async () => {
    await using server = await MailServer.start(how)
    for (const url of [server.url({ trusts: false }), server.url({ password: 'wrong' })]) {
      const post = smtpPost({ url, from: FROM })
      await expect(post.send(MAIL)).rejects.toThrow()
      post.close()
    }
    expect(server.receivers).toEqual([])
  })
})
