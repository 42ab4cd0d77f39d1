import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { mkdirDurably, writeFileDurably } from '../host/index.ts'
import type { Mail, Post } from './services/outbox.ts'

const CONNECT_MS = 10_000
const SILENT_MS = 30_000
/** A message is made from text alone: nothing in it is fetched from a disk or an address. */
const CLOSED = { disableFileAccess: true, disableUrlAccess: true } as const

/** Hands mail to a server. `url`: smtp or smtps, with name and password where it wants them. */
export function smtpPost({ url, from }: { readonly url: string; readonly from: string }): Post {
  const transport = createTransport({
    url,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENT_MS,
    ...CLOSED,
  })
  return {
    send: async (mail) => void (await transport.sendMail(messageOf(mail, from))),
    close: () => transport.close(),
  }
}

/** Writes each mail as a file, for whoever carries on from there. */
export function spoolPost({
  folder,
  from,
}: {
  readonly folder: string
  readonly from: string
}): Post {
  const transport = createTransport({ streamTransport: true, buffer: true, ...CLOSED })
  return {
    send: async (mail) => {
      const { message } = await transport.sendMail(messageOf(mail, from))
      await mkdirDurably(folder)
      await writeFileDurably(join(folder, `${mail.id}.eml`), new Uint8Array(message as Buffer))
    },
    close: () => transport.close(),
  }
}

/** A second copy of a mail has the same name as the first, and nobody's holiday notice answers it. */
function messageOf({ id, to, text, at }: Mail, from: string) {
  return {
    from,
    to,
    subject: 'About your phone',
    text,
    date: new Date(at),
    messageId: `<${id}@stolen-mode>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}
