import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, parseImei14 } from '../../core/index.ts'
import { approveList } from '../clients/list-approval.ts'
import { importList } from '../clients/list-import.ts'
import { OfficerDesk } from '../clients/officer.ts'
import { Constellation } from '../constellation.ts'
import { DEMO_TAC } from '../demo-trust.ts'
import { loadSigner } from '../files.ts'
import { readStolenList } from '../lists/read-list.ts'
import { EXIT, print, say } from '../out.ts'
import { progressBar } from '../progress.ts'
import { RegisterProbe } from '../../sim/index.ts'
import { temporaryConfig } from '../temporary.ts'

const TARGET = { seconds: 120, peakMb: 600 }

interface Options {
  readonly rows: number
  readonly json?: boolean
}

export async function benchImport({ rows, json = false }: Options): Promise<void> {
  process.exitCode = await measure(rows, json)
}

async function measure(rows: number, json: boolean): Promise<number> {
  const temporary = await temporaryConfig('warn')
  const world = new Constellation(temporary.config)
  try {
    say('Starting …')
    await world.start({ phones: 1, switchedOn: 0 })
    // The database is created now; what counts is the memory of a registry that imports.
    await world.kill('serve', 'SIGTERM')
    await world.restart('serve')
    const file = join(temporary.config.data, 'list.csv')
    await writeFile(file, listOf(rows))
    const start = performance.now()
    const list = await readStolenList(file)
    const batch = await importBy(world, 'officer-1', list)
    const imported = performance.now()
    const { locked } = await approveBy(world, 'officer-2', batch)
    if (locked !== rows) throw new Refusal('wrong-state', `${locked} of ${rows} were locked`)
    await untilBlacklisted(world, rows)
    const end = performance.now()
    const peakMb = Math.round((await peakKb(world.pid('serve'))) / 1024)
    const seconds = (ms: number) => Math.round(ms / 100) / 10
    const result = {
      rows,
      importSeconds: seconds(imported - start),
      totalSeconds: seconds(end - start),
      peakMb,
      target: TARGET,
    }
    const ok = result.totalSeconds < TARGET.seconds && peakMb < TARGET.peakMb
    print(
      json,
      { ok, ...result },
      `${rows} rows: imported in ${result.importSeconds} s, last one BLACKLISTED after ${result.totalSeconds} s (target ${TARGET.seconds} s); registry peak ${peakMb} MB (target ${TARGET.peakMb} MB)`,
    )
    return ok ? EXIT.done : EXIT.failed
  } finally {
    await world.close()
    await temporary.remove()
  }
}

/** Serial numbers from 1; demonstration phones have others, drawn at random, and may be among them. */
function listOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => `${imeiAt(i)},20260311,blacklist`)
  return `imei,reporting_date,status\n${lines.join('\n')}\n`
}

const imeiAt = (i: number) => parseImei14(`${DEMO_TAC}${String(i + 1).padStart(6, '0')}`)

async function importBy(
  world: Constellation,
  name: string,
  list: Awaited<ReturnType<typeof readStolenList>>,
) {
  const officer = await loadSigner(world.files.key(name))
  const { batch } = await importList({
    desk: new OfficerDesk(world.registryUrl, officer),
    officer,
    list,
    why: 'theft',
    prefix: 'BENCH',
    shrinkReason: null,
    progress: progressBar,
  })
  return batch.id
}

async function approveBy(world: Constellation, name: string, batchId: string) {
  const officer = await loadSigner(world.files.key(name))
  return approveList({
    desk: new OfficerDesk(world.registryUrl, officer),
    officer,
    force: await loadSigner(world.files.key('force-order')),
    batchId,
    reason: 'measurement',
    progress: progressBar,
  })
}

/** Every one of them: the last to be approved need not be the last of the list. */
async function untilBlacklisted(world: Constellation, rows: number): Promise<void> {
  const probe = new RegisterProbe(world.edgeUrl)
  for (let i = 0; i < rows; i++) await probe.until(imeiAt(i), 'BLACKLISTED', 60_000)
  probe.close()
}

/** Highest resident memory of a process since it began, in KiB. */
async function peakKb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN)
}
