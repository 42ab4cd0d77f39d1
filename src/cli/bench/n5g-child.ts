// A process of its own, so that its processor time is the server's and nobody else's. Its parent hears
// the port, and once it says "stop" what was counted.
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { PeerCounters, startN5g } from '../../edge/index.ts'
import { machine, makeLogger } from '../../host/index.ts'
import { N5G_NUMBERS } from './n5g-numbers.ts'
import { judgeOf } from './s13-judge.ts'

/** What is sent at the end, by the server that counts. */
export interface Counted {
  readonly received: number
  readonly black: number
  readonly white: number
  readonly isBalanced: boolean
}

const counters = new PeerCounters()
process.send?.(process.argv[2] === 'bare' ? await startBare() : await startEdge())
process.on('message', () => process.send?.(counted(), () => process.exit()))
process.on('disconnect', () => process.exit())

/** The least a Node server can do over HTTP/2. */
async function startBare(): Promise<number> {
  const server = createServer({ settings: { maxConcurrentStreams: 1_000 } })
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/json' })
    stream.end('{"status":"WHITELISTED"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function startEdge(): Promise<number> {
  const { url } = await startN5g({
    host: '127.0.0.1',
    port: 0,
    country: 'XA',
    network: '00101',
    judge: await judgeOf(N5G_NUMBERS),
    counters,
    clock: machine.clock,
    logger: makeLogger('bench', 'silent'),
  })
  return Number(new URL(url).port)
}

function counted(): Counted {
  const all = counters.of('127.0.0.1')
  const { black, white } = all.sums()
  return { received: all.received, black, white, isBalanced: counters.isBalanced }
}
