import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LISTS, concat, decodeSnapshot, encodeSnapshot } from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import { entropyBits } from '../bench/entropy.ts'
import { inChild } from '../bench/in-child.ts'
import type { IndexMeasured, Watched } from '../bench/index-child.ts'
import { SPREAD, listedNumbers } from '../bench/listed-numbers.ts'
import type { Rate } from '../bench/queries.ts'
import { EXIT, print, say } from '../out.ts'

const CODEC_RUNS = 3

const TARGETS = {
  overBoundPercent: 5,
  ownPauseMs: 20,
  /** By number of entries. */
  millionLookupsPerSecond: { 1_000_000: 2, 10_000_000: 2 },
  encodeSeconds: { 10_000_000: 0.8 },
  decodeSeconds: { 10_000_000: 0.6 },
  loadSeconds: { 10_000_000: 3 },
  bytesPerEntry: { 10_000_000: 2.5, 100_000_000: 2 },
  rssMb: { 10_000_000: 200, 100_000_000: 400 },
  rebuildRssMb: { 100_000_000: 700 },
} as const

const NOTES = [
  `numbers over ${SPREAD.tacs} TACs by Zipf ${SPREAD.zipf}, at most ${SPREAD.mostOfATac} of a TAC, SNRs at random`,
  'the bound is the entropy of such a set once the TACs are known: how many SNRs each has, and which',
  'lookups ask with 14 digits of text, a million a second of processor time of one thread',
  'pauses: longest turn of the event loop under checks; of its own: without waiting for a core',
]

interface Codec {
  readonly encodeSeconds: number
  readonly decodeSeconds: number
  readonly bytes: number
  readonly bitsPerEntry: number
  readonly boundBitsPerEntry: number
  readonly overBoundPercent: number
  /** Over the lower bound there would be if it were known how many SNRs each TAC has. */
  readonly overBoundGivenCountsPercent: number
}

interface Row extends IndexMeasured {
  readonly codec: Codec
}

/** The set codec and the index, at each of these sizes; the index in a process of its own. */
export async function benchIndex({
  sizes,
  json = false,
}: {
  readonly sizes: readonly number[]
  readonly json?: boolean
}): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-index-'))
  try {
    const rows: Row[] = []
    for (const size of sizes) rows.push(await measure(join(folder, 'list'), size))
    const missed = rows.flatMap(missedBy)
    const ok = missed.length === 0
    print(json, { ok, missed, targets: TARGETS, rows, notes: NOTES }, table(rows, missed))
    process.exitCode = ok ? EXIT.done : EXIT.failed
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(path: string, size: number): Promise<Row> {
  say(`${size} entries: encoding and decoding …`)
  const { codec, bytes } = measureCodec(size)
  await writeFile(path, concat(bytes, sha256Fast(bytes)))
  say(`${size} entries: loading, rebuilding, asking …`)
  return { ...(await inChild<IndexMeasured>('index-child', [path, String(size)])), codec }
}

/** The best of a few runs: the first ones compile. */
function measureCodec(size: number): { readonly codec: Codec; readonly bytes: Uint8Array } {
  // Kept, so that what it takes to invent them is none of the encoder's time.
  const groups = [...listedNumbers(size)]
  const snapshot = { list: LISTS.black, treeSize: size, groups }
  let [encodeSeconds, decodeSeconds] = [Infinity, Infinity]
  let bytes = new Uint8Array(0)
  for (let run = 0; run < CODEC_RUNS; run++) {
    const start = performance.now()
    bytes = encodeSnapshot(snapshot)
    const encoded = performance.now()
    let count = 0
    for (const { snrs } of decodeSnapshot(bytes).groups) count += snrs.length
    if (count !== size) throw new Error('decoded another number of entries')
    encodeSeconds = Math.min(encodeSeconds, (encoded - start) / 1000)
    decodeSeconds = Math.min(decodeSeconds, (performance.now() - encoded) / 1000)
  }
  const { givenTacs, givenCounts } = entropyBits(groups)
  const bits = bytes.length * 8
  const codec = {
    encodeSeconds,
    decodeSeconds,
    bytes: bytes.length,
    bitsPerEntry: bits / size,
    boundBitsPerEntry: givenTacs / size,
    overBoundPercent: (bits / givenTacs - 1) * 100,
    overBoundGivenCountsPercent: (bits / givenCounts - 1) * 100,
  }
  return { codec, bytes }
}

/** What a row does not reach; a target that is given for other sizes says nothing of it. */
function missedBy({ entries, codec, rebuild, save, lookups, ...row }: Row): string[] {
  const at = (limits: Readonly<Record<number, number>>) => limits[entries] ?? Infinity
  const fewest: Readonly<Record<number, number>> = TARGETS.millionLookupsPerSecond
  const isShort = ({ pause: { ms, ownMs } }: Watched) => (ownMs ?? ms) <= TARGETS.ownPauseMs
  const reached: Readonly<Record<string, boolean>> = {
    'over the bound': codec.overBoundPercent <= TARGETS.overBoundPercent,
    encode: codec.encodeSeconds <= at(TARGETS.encodeSeconds),
    decode: codec.decodeSeconds <= at(TARGETS.decodeSeconds),
    load: row.loadSeconds <= at(TARGETS.loadSeconds),
    'bytes per entry': row.bytesPerEntry <= at(TARGETS.bytesPerEntry),
    'memory at rest': row.rssMb <= at(TARGETS.rssMb),
    'memory while rebuilding': rebuild.rssMb <= at(TARGETS.rebuildRssMb),
    'pause while rebuilding': isShort(rebuild),
    'pause while saving': isShort(save),
    lookups: Math.min(lookups.hit, lookups.miss) >= (fewest[entries] ?? 0),
  }
  return Object.keys(reached)
    .filter((what) => !reached[what])
    .map((what) => `${entries}: ${what}`)
}

function table(rows: readonly Row[], missed: readonly string[]): string {
  const lines = rows.map(({ entries, codec, lookups, ...row }) => {
    const rate = (name: string, { hit, miss }: Rate) => `${name} ${hit} hit, ${miss} miss M/s`
    const bare = [
      row.plainSet && rate('Set of text', row.plainSet),
      row.sortedArray && rate('sorted Float64Array', row.sortedArray),
    ]
    return [
      `${entries} entries`,
      `  snapshot   ${codec.bytes} bytes, ${codec.bitsPerEntry.toFixed(2)} bits each, ${codec.overBoundPercent.toFixed(1)} % over the bound of ${codec.boundBitsPerEntry.toFixed(2)} given the TACs (${codec.overBoundGivenCountsPercent.toFixed(1)} % given counts too); encoded in ${codec.encodeSeconds.toFixed(2)} s, decoded in ${codec.decodeSeconds.toFixed(2)} s`,
      `  index      ${row.bytesPerEntry} bytes each, loaded in ${row.loadSeconds.toFixed(2)} s, process ${row.rssMb} MB`,
      `  lookups    ${[rate('index', lookups), ...bare].filter((one) => one !== null).join('; ')}`,
      `  rebuild    ${shown(row.rebuild)}`,
      `  save       ${shown(row.save)}`,
      `  checks     ${shown(row.quiet)}`,
    ].join('\n')
  })
  return [
    ...lines,
    missed.length === 0 ? 'all targets reached' : `missed: ${missed.join(', ')}`,
  ].join('\n')
}

function shown({ seconds, rssMb, pause: { ms, ownMs } }: Watched): string {
  const own = ownMs === null ? '' : `, ${ownMs.toFixed(1)} of its own`
  return `${seconds.toFixed(2)} s, process ${rssMb} MB, longest turn ${ms.toFixed(1)} ms${own}`
}
