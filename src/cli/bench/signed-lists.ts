import { LISTS, encodeSnapshot, imeiOfNumbers, toBase64, type Imei14 } from '../../core/index.ts'
import { generateNoteSigner, machine, sha256Fast } from '../../host/index.ts'
import {
  ED25519,
  cosign,
  formatCheckpoint,
  formatNote,
  formatVkey,
  signSnapshotHead,
  signText,
  snapshotKeyName,
} from '../../log/index.ts'
import { found, type Founding } from '../../sim/index.ts'
import type { ListsAnswer } from '../../wire/index.ts'
import { listedNumbers } from './listed-numbers.ts'

export const LISTS_ORIGIN = 'log.bench.example/stolen-mode'
const CAP_PER_HOUR = 1_000_000

/** Lists of that many numbers as a registry would sign them, of a log that is nowhere. */
export interface SignedBenchLists {
  readonly founding: Founding
  readonly answer: ListsAnswer
  readonly black: Uint8Array
  readonly grey: Uint8Array
  /** One of the black numbers. */
  readonly listed: Imei14
}

/** Everything real but the log: two cosigners' signatures over a tree nobody has. */
export function signedLists(count: number): SignedBenchLists {
  const signer = (name: string, type: 1 | 4) => generateNoteSigner(name, type).signer
  const log = signer(LISTS_ORIGIN, ED25519)
  const [witness, guardian] = [
    signer('witness.bench.example', 4),
    signer('guardian.bench.example', 4),
  ]
  const url = 'http://127.0.0.1:1'
  const founding = found({
    now: Math.floor(machine.clock() / 1000),
    log: { key: log.key, url: `${url}/log` },
    witnesses: [{ name: 'witness', key: witness.key, url }],
    guardians: [{ name: 'guardian', key: guardian.key, url }],
    capPerHour: CAP_PER_HOUR,
    officers: 2,
    operators: 1,
    tacs: [],
  })
  const size = 2 * count
  const text = formatCheckpoint({ origin: LISTS_ORIGIN, size, root: machine.random(32) })
  const timeSeconds = Math.floor(machine.clock() / 1000)
  const note = formatNote({
    text,
    signatures: [
      signText(text, log.key, log.sign),
      ...[witness, guardian].map(({ key, sign }) => cosign({ key, text, timeSeconds, sign })),
    ],
  })
  const key = signer(snapshotKeyName(LISTS_ORIGIN), ED25519)
  const [black, grey] = [
    encodeSnapshot({ list: LISTS.black, treeSize: size, groups: listedNumbers(count) }),
    encodeSnapshot({ list: LISTS.grey, treeSize: size, groups: [] }),
  ]
  const offer = (list: 1 | 2, bytes: Uint8Array, numbers: number) => {
    const said = { origin: LISTS_ORIGIN, list, size, count: numbers, hash: sha256Fast(bytes) }
    return { list, snapshot: { size, head: signSnapshotHead(said, key.key, key.sign) }, deltas: [] }
  }
  const lists = [offer(LISTS.black, black, count), offer(LISTS.grey, grey, 0)]
  const [{ tac, snrs }] = [...take(listedNumbers(count), 1)] as [{ tac: number; snrs: Uint32Array }]
  const listed = imeiOfNumbers(tac, snrs[0]!)
  return { founding, answer: { key: formatVkey(key.key), size, note, lists }, black, grey, listed }
}

function* take<T>(all: Iterable<T>, count: number): Generator<T> {
  for (const one of all) {
    if (count-- <= 0) return
    yield one
  }
}

/** The root document as text. */
export const rootOf = ({ founding }: SignedBenchLists) => toBase64(founding.root)
