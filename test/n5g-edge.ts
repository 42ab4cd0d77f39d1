import { makeJudge, type Seen } from '../src/edge/checks.ts'
import { PeerCounters } from '../src/edge/counters.ts'
import { startN5g, type N5gOptions, type N5gServer } from '../src/edge/n5g/server.ts'
import type { ListedState } from '../src/core/index.ts'
import type { UnknownPolicy } from '../src/edge/verdict.ts'
import { makeLogger } from '../src/host/index.ts'
import { N5gClient } from './n5g-client.ts'

export const LISTED: ReadonlyMap<string, ListedState> = new Map([
  ['00101701000001', 'stolen'],
  ['00101701000002', 'held'],
  ['00101701000003', 'released'],
  ['00101701000004', 'recovered'],
  ['00101701000005', 'retired'],
])
export const STOLEN = '?pei=imei-001017010000010'
export const PATH = '/n5g-eir-eic/v1/equipment-status'
/** Its record is damaged: the judge fails. */
export const DAMAGED = '00101701666666'

/** A register behind N5g-eir that knows LISTED, with what it saw and counted. */
export class N5gEdge implements AsyncDisposable {
  readonly counters = new PeerCounters()
  readonly seen: Seen[] = []
  isReady = true
  /** Unix ms. */
  now = 1_800_000_000_000
  server!: N5gServer

  static async start(
    options: Partial<N5gOptions> = {},
    unknown: UnknownPolicy = 'not-found',
  ): Promise<N5gEdge> {
    const edge = new N5gEdge()
    edge.server = await startN5g({
      host: '127.0.0.1',
      port: 0,
      country: 'XA',
      network: '00101',
      judge: makeJudge({
        unknown,
        isReady: () => edge.isReady,
        stateOf: (imei14) => {
          if (imei14 === DAMAGED) throw new Error(`injected: damaged record ${imei14}`)
          return LISTED.get(imei14)
        },
        onSeen: (one) => void edge.seen.push(one),
      }),
      counters: edge.counters,
      clock: () => edge.now,
      logger: makeLogger('test', 'silent'),
      ...options,
    })
    return edge
  }

  get port(): number {
    return Number(new URL(this.server.url).port)
  }

  client(): N5gClient {
    return new N5gClient(this.server.url)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close()
  }
}
