// A process of its own, so that its core is the server's and nobody else's. Its parent gives it a
// Setup as JSON and hears the port; it ends when its parent does.
import { makeLogger, machine } from '../../host/index.ts'
import { PeerCounters, startS13 } from '../../edge/index.ts'
import { sweepBuffersAtOnce } from '../sweep-buffers.ts'
import { startBareS13 } from './s13-bare.ts'
import { judgeOf } from './s13-judge.ts'
import { Numbers } from './s13-numbers.ts'

export interface Setup {
  readonly role: 'edge' | 'bare'
  readonly entries: number
}

sweepBuffersAtOnce()
const setup = JSON.parse(process.argv[2] ?? '') as Setup
const numbers = new Numbers(setup.entries)
const { port } = setup.role === 'edge' ? await startEdge() : await startBareS13(numbers)
process.send?.(port)
process.on('disconnect', () => process.exit())

async function startEdge(): Promise<{ readonly port: number }> {
  return await startS13({
    port: 0,
    originHost: 'eir.example',
    originRealm: 'example',
    peers: [
      {
        originHost: 'mme.example',
        realm: 'example',
        addresses: ['127.0.0.1'],
        tlsName: null,
        operator: 'bench',
        country: 'XA',
        network: '00101',
      },
    ],
    judge: await judgeOf(numbers),
    isReady: () => true,
    counters: new PeerCounters(),
    surroundings: machine,
    logger: makeLogger('bench', 'silent'),
  })
}
