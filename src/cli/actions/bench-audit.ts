import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { machine, nodeVerifiers, sha256Fast } from '../../host/index.ts'
import { writeLog } from '../../sim/index.ts'
import { auditLaw, readTrust } from '../../wire/index.ts'
import { bareRate } from '../bench/bare-es256.ts'
import { cpuNow } from '../bench/cpu-clock.ts'
import { logReader } from '../log-source.ts'
import { EXIT, print, say } from '../out.ts'
import { progressBar } from '../progress.ts'

const TARGET = { seconds: 60, entries: 100_000 }

interface Options {
  readonly entries: number
  readonly json?: boolean
}

/** How long a stranger needs for a whole log, on one core, from its files. */
export async function benchAudit({ entries, json = false }: Options): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-audit-'))
  try {
    say(`Writing a log of ${entries} signed entries …`)
    const writing = progressBar('written', entries)
    const foundedAt = Math.floor(machine.clock() / 1000) - 395 * 86_400
    let shown = 0
    const progress = (now: number) => {
      writing.advance(now - shown)
      shown = now
    }
    const written = await writeLog({ folder, entries, foundedAt, progress })
    writing.stop()
    const perSecond = bareRate()
    const { seconds, cpuSeconds, size, locks } = await timeAudit(folder, written.founding.root)
    const result = {
      entries: size,
      signatures: written.signatures,
      locks,
      seconds: tenths(seconds),
      cpuSeconds: tenths(cpuSeconds),
      entriesPerSecond: Math.round(size / cpuSeconds),
      es256PerSecond: Math.round(perSecond),
      /** What the signatures alone would take at the bare rate. */
      es256Seconds: tenths(written.signatures / perSecond),
      target: TARGET,
    }
    // One core's time, whoever else is on the machine; another number of entries is held to the same speed.
    const ok = cpuSeconds / size < TARGET.seconds / TARGET.entries
    print(
      json,
      { ok, ...result },
      `${size} entries, ${written.signatures} signatures audited in ${result.seconds} s, ${result.cpuSeconds} s of one core (target ${TARGET.seconds} s for ${TARGET.entries}); bare ES256 ${result.es256PerSecond}/s, so the signatures alone take ${result.es256Seconds} s`,
    )
    if (!ok) process.exitCode = EXIT.failed
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function timeAudit(folder: string, root: Uint8Array) {
  const trust = readTrust(root, nodeVerifiers())
  const start = performance.now()
  const cpu = cpuNow()
  const { checkpoint, breaches, figures } = await auditLaw({
    trust,
    headTrust: trust,
    origin: trust.plain.logs[0]!.key.name,
    read: logReader(folder),
    sha256: sha256Fast,
    earlier: [],
    resume: null,
  })
  const seconds = (performance.now() - start) / 1000
  const cpuSeconds = cpuNow() - cpu
  if (breaches.length > 0) throw new Error(`entry ${breaches[0]!.index}: ${breaches[0]!.code}`)
  return { seconds, cpuSeconds, size: checkpoint.size, locks: figures.total.locks }
}

const tenths = (seconds: number) => Math.round(seconds * 10) / 10
