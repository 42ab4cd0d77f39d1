import { makeJudge, type Seen } from '../src/edge/checks.ts'
import { PeerCounters, type Counters } from '../src/edge/counters.ts'
import type { ListedState } from '../src/core/index.ts'
import type { Peer } from '../src/edge/s13/peers.ts'
import { startS13, type S13Options, type S13Server } from '../src/edge/s13/server.ts'
import type { UnknownPolicy } from '../src/edge/verdict.ts'
import { makeLogger, machine } from '../src/host/index.ts'
import { ManualAlarms } from './manual-alarms.ts'

const LISTED = new Map<string, ListedState>([
  ['00101701000001', 'stolen'],
  ['00101701000002', 'held'],
  ['00101701000003', 'released'],
  ['00101701000004', 'recovered'],
  ['00101701000005', 'retired'],
])
/** Looking this one up fails. */
export const DAMAGED = '00101701666666'

export const MME: Peer = {
  originHost: 'mme.example',
  realm: 'example',
  addresses: ['127.0.0.1'],
  tlsName: null,
  operator: 'Example Mobile',
  country: 'XA',
  network: '00101',
}

/** An S13 interface over a small register, with its clock in the test's hand. */
export class S13Edge implements AsyncDisposable {
  readonly alarms = new ManualAlarms()
  readonly peers = new PeerCounters()
  readonly seen: Seen[] = []
  unknown: UnknownPolicy = 'not-found'
  isReady = true
  #server: S13Server | null = null

  static async start(options: Partial<S13Options> = {}): Promise<S13Edge> {
    const edge = new S13Edge()
    edge.#server = await startS13({
      port: 0,
      originHost: 'eir.example',
      originRealm: 'example',
      peers: [MME],
      judge: (check) =>
        makeJudge({
          unknown: edge.unknown,
          isReady: () => edge.isReady,
          stateOf: (imei14) => {
            if (imei14 === DAMAGED) throw new Error(`injected: damaged record ${DAMAGED}`)
            return LISTED.get(imei14)
          },
          onSeen: (seen) => void edge.seen.push(seen),
        })(check),
      isReady: () => edge.isReady,
      counters: edge.peers,
      surroundings: machine,
      logger: makeLogger('test', 'silent'),
      setAlarm: edge.alarms.set,
      ...options,
    })
    return edge
  }

  get server(): S13Server {
    return this.#server!
  }

  get port(): number {
    return this.server.port
  }

  /** Of the one peer. */
  get counters(): Counters {
    return this.peers.of('mme.example')
  }

  /** Waits at a farewell are skipped: a test that ends does not wait for a peer. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.server.close()
    this.alarms.pass(60_000)
    await closed
  }
}
