import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeptLists } from '../../edge/index.ts'
import { makeLogger, nodeVerifiers, sha256Fast } from '../../host/index.ts'
import { readTrust } from '../../wire/index.ts'
import { inChild } from '../bench/in-child.ts'
import { LISTS_ORIGIN, rootOf, signedLists, type SignedBenchLists } from '../bench/signed-lists.ts'
import type { StartPlan, Started } from '../bench/starts-child.ts'
import { EXIT, print, say } from '../out.ts'

/** Seconds, at 10^7 numbers. */
const TARGETS = { cold: 10, warm: 3 } as const
const NOTES = [
  'cold: an empty disk; lists over HTTP from this machine, until the first BLACKLISTED over N5g-eir',
  'warm: its own lists on disk, and nobody to ask',
  'the log behind the lists is nowhere: what is timed is the head start, not the proof',
]

/** A register begins with nothing, and one begins again. */
export async function benchStarts({
  entries,
  json = false,
}: {
  readonly entries: number
  readonly json?: boolean
}): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-starts-'))
  say(`${entries} numbers: signing lists of them …`)
  const signed = signedLists(entries)
  const server = serve(signed)
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const plan = (dataDir: string): StartPlan => ({
      root: rootOf(signed),
      keyPem: signed.founding.operators[0]!.pem,
      origin: LISTS_ORIGIN,
      url,
      listsKey: signed.answer.key,
      dataDir: join(folder, dataDir),
      listed: signed.listed,
    })
    say('a register with an empty disk …')
    const cold = await startIn(plan('cold'))
    await keep(signed, join(folder, 'warm'))
    say('a register that begins again …')
    const warm = await startIn({ ...plan('warm'), url: 'http://127.0.0.1:1' })
    const ok = cold.seconds <= TARGETS.cold && warm.seconds <= TARGETS.warm
    const row = (name: string, { seconds, rssMb }: Started) =>
      `${name}  ${seconds.toFixed(2)} s   ${rssMb} MB`
    const table = [`${entries} numbers`, row('cold', cold), row('warm', warm)].join('\n')
    print(json, { ok, targets: TARGETS, entries, cold, warm, notes: NOTES }, table)
    process.exitCode = ok ? EXIT.done : EXIT.failed
  } finally {
    server.close()
    server.closeAllConnections()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The lists, and no log: nothing can be proved, so that they go on answering. */
function serve({ answer, black, grey }: SignedBenchLists) {
  const { size } = answer
  const bodies: Readonly<Record<string, Uint8Array | string>> = {
    '/v1/lists': JSON.stringify(answer),
    [`/v1/lists/1/${size}/snapshot`]: black,
    [`/v1/lists/2/${size}/snapshot`]: grey,
  }
  return createServer((request, response) => {
    request.resume()
    const body = bodies[request.url ?? '']
    response.writeHead(body === undefined ? 503 : 200).end(body)
  })
}

/** As a register would have left them. */
async function keep(signed: SignedBenchLists, dataDir: string): Promise<void> {
  const folder = join(dataDir, `log-${encodeURIComponent(LISTS_ORIGIN)}`)
  await mkdir(folder, { recursive: true })
  const trust = readTrust(signed.founding.root, nodeVerifiers())
  const logger = makeLogger('bench', 'silent')
  const lists = new KeptLists({ folder, origin: LISTS_ORIGIN, trust, logger })
  const of = (bytes: Uint8Array) => ({ bytes, sha256: sha256Fast(bytes) })
  const both = { black: of(signed.black), grey: of(signed.grey) }
  lists.save(Promise.resolve(both), signed.answer)
  await lists.close()
}

const startIn = (plan: StartPlan) => inChild<Started>('starts-child', [JSON.stringify(plan)])
