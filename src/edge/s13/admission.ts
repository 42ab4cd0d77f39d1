import type { Socket } from 'node:net'
import { readCapabilities } from './capabilities.ts'
import { RESULT } from './dictionary.ts'
import { plainFault, type Fault } from './fault.ts'
import type { Disbelief, ListedPeer, PeerList } from './peers.ts'

export interface Door {
  readonly peers: PeerList
  /** False before the first verified snapshot. */
  readonly isReady: () => boolean
}

/** A capabilities exchange without success. */
export interface Refused extends Fault {
  /** For our own log: nothing the other side wrote. */
  readonly why: Disbelief | 'malformed' | 'no-s13' | 'no-snapshot' | 'connected'
}

/** A Capabilities-Exchange-Request as it lies in a read. */
export interface Exchange {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

/** Who dials, or why it is sent away. */
export function admit(
  { peers, isReady }: Door,
  socket: Socket,
  { bytes, start, end }: Exchange,
): ListedPeer | Refused {
  const read = readCapabilities(bytes, start, end)
  if ('result' in read) return { ...read, why: 'malformed' }
  const peer = peers.recognise(read, socket)
  // A stranger learns that it is one, and not what would have made it none.
  if (typeof peer === 'string') return { ...plainFault(RESULT.unknownPeer), why: peer }
  if (!read.hasS13) return { ...plainFault(RESULT.noCommonApplication), why: 'no-s13' }
  // Without a verified snapshot there is no verdict. A peer that is let in would send its checks here
  // and take every error as an answer, which may admit a stolen phone. One that is sent away keeps its
  // other register in use and dials again after its Tc, 30 s as a rule (RFC 6733 §2.1).
  if (!isReady()) return { ...plainFault(RESULT.unableToComply), why: 'no-snapshot' }
  return peer
}
