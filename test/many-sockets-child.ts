import { connect, type Socket } from 'node:net'
import type { SocketCounts, SocketPlan } from './many-sockets.ts'

/** As many dialled at once: more would overrun the listener's backlog and wait for TCP's own retries. */
const DIALLING = 500
const HEAD = 12

/** One socket, what came first on it, and whether the text waited for has come. */
class One {
  readonly socket: Socket
  head = ''
  hasSeen = false
  #end = ''

  constructor(plan: SocketPlan, send: string, ready: () => void) {
    const { port, address, isDeaf, awaits } = plan
    this.socket = connect({ port, host: '127.0.0.1', localAddress: address })
    this.socket.on('error', () => undefined)
    this.socket.once('close', ready)
    this.socket.once('connect', () => {
      this.socket.write(Buffer.from(send, 'base64'))
      if (isDeaf) this.socket.pause()
      ready()
    })
    this.socket.on('data', (bytes) => {
      const text = bytes.toString('latin1')
      if (this.head.length < HEAD) this.head = (this.head + text).slice(0, HEAD)
      const all = this.#end + text
      this.hasSeen ||= awaits !== '' && all.includes(awaits)
      this.#end = all.slice(-awaits.length)
    })
  }
}

const all: One[] = []

async function dial(plan: SocketPlan): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < plan.sockets) {
      const send = plan.send[next++ % plan.send.length]!
      await new Promise<void>((ready) => all.push(new One(plan, send, ready)))
    }
  }
  await Promise.all(Array.from({ length: DIALLING }, lane))
}

function counts(): SocketCounts {
  const heads: Record<string, number> = {}
  for (const { head } of all) heads[head] = (heads[head] ?? 0) + 1
  return {
    open: all.filter(({ socket }) => !socket.destroyed).length,
    seen: all.filter(({ hasSeen }) => hasSeen).length,
    heads,
  }
}

process.on('message', (plan: SocketPlan | null) => {
  if (plan === null) process.send!(counts())
  else void dial(plan).then(() => process.send!(counts()))
})
process.on('disconnect', () => process.exit())
