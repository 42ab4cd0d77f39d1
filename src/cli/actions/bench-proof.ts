import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toBase64 } from '../../core/index.ts'
import { machine, nodeVerifiers } from '../../host/index.ts'
import { TILE_WIDTH, bundleTile, decodeBundle, tilePath } from '../../log/index.ts'
import { writeLog, type WrittenLog } from '../../sim/index.ts'
import { readTrust } from '../../wire/index.ts'
import { bareRate } from '../bench/bare-es256.ts'
import { inChild } from '../bench/in-child.ts'
import type { ProofPlan, Proved } from '../bench/proof-child.ts'
import { EXIT, print, say } from '../out.ts'
import { progressBar } from '../progress.ts'

/** Bytes of memory an order may cost a register, so that 10^7 of them leave it under 200 MB. */
const TARGET_BYTES = 14
const NOTES = [
  'a register with an empty disk proves a whole log over HTTP, chunk by chunk; once for a tenth of it',
  'held: heap and buffers after a collection; anon: memory of the process that is nobody\u2019s file; rss: with the pages of its tables that are in memory',
]

interface Options {
  readonly entries: number
  readonly json?: boolean
}

interface Row extends Proved {
  readonly entries: number
  readonly entriesPerSecond: number
}

/** How fast a register proves a log, and what each of its orders costs in memory. */
export async function benchProof({ entries, json = false }: Options): Promise<void> {
  const es256PerSecond = Math.round(bareRate())
  const small = await measure(Math.ceil(entries / 10))
  const large = await measure(entries)
  const more = large.entries - small.entries
  const bytesPerEntry = Math.round((large.heldBytes - small.heldBytes) / more)
  const ok = bytesPerEntry <= TARGET_BYTES
  const targets = { bytesPerEntry: TARGET_BYTES }
  const line = (row: Row) =>
    `${row.entries} entries  ${row.seconds.toFixed(1)} s  ${row.entriesPerSecond}/s  longest turn ${row.longestTurnMs} ms  anon ${row.anonMb} MB  rss ${row.rssMb} MB  orders on disk ${row.ordersMb} MB`
  const table = [
    line(small),
    line(large),
    `${bytesPerEntry} bytes held an entry (target ${TARGET_BYTES}); bare ES256 ${es256PerSecond}/s`,
  ].join('\n')
  print(json, { ok, targets, small, large, bytesPerEntry, es256PerSecond, notes: NOTES }, table)
  process.exitCode = ok ? EXIT.done : EXIT.failed
}

async function measure(entries: number): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-proof-'))
  const bar = progressBar('written', entries)
  let shown = 0
  try {
    say(`Writing a log of ${entries} signed entries …`)
    const log = await writeLog({
      folder: join(folder, 'log'),
      entries,
      foundedAt: Math.floor(machine.clock() / 1000) - 395 * 86_400,
      progress: (now) => {
        bar.advance(now - shown)
        shown = now
      },
    })
    bar.stop()
    say('a register proves it …')
    const proved = await proveIn(folder, log)
    return { entries, ...proved, entriesPerSecond: Math.round(entries / proved.seconds) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function proveIn(folder: string, log: WrittenLog): Promise<Proved> {
  const server = serve(join(folder, 'log'), log)
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { root } = log.founding
    const plan: ProofPlan = {
      root: toBase64(root),
      origin: readTrust(root, nodeVerifiers()).plain.logs[0]!.key.name,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      dataDir: join(folder, 'register'),
      size: log.entries,
    }
    return await inChild<Proved>('proof-child', [JSON.stringify(plan)], ['--expose-gc'])
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

/** The log's files and its snapshot; no feed, so that there is nothing but the proof. */
function serve(folder: string, log: WrittenLog) {
  return createServer((request, response) => {
    request.resume()
    const [, what, rest = ''] = /^\/(log|v1\/snapshot)\/(.*)$/.exec(request.url ?? '') ?? []
    const answer =
      what === 'log'
        ? readFile(join(folder, rest))
        : what
          ? chunkOf(folder, log, Number(rest))
          : null
    if (answer === null) return void response.writeHead(503).end()
    answer.then(
      (body) => response.writeHead(200).end(body),
      () => response.writeHead(404).end(),
    )
  })
}

async function chunkOf(folder: string, log: WrittenLog, index: number): Promise<string> {
  const from = index * TILE_WIDTH
  const width = Math.min(TILE_WIDTH, log.entries - from)
  const bundle = bundleTile({ index, width })
  const entries = decodeBundle(await readFile(join(folder, tilePath(bundle))), width)
  return JSON.stringify({
    from,
    size: log.entries,
    entries: entries.map((entry, i) => {
      const opening = log.openings[from + i] ?? null
      return { entry: toBase64(entry), opening: opening && toBase64(opening) }
    }),
  })
}
