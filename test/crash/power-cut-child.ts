// A whole registry log on a disk that forgets; the witness's disk, elsewhere, does not.
import { cpSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PglitePgConnection } from '@electric-sql/pglite/node-postgres'
import pg from 'pg'
import type { Database } from '../../src/registry/db/database.ts'
import { DURABLE_START_PARAMS, DurableNodeFS } from '../../src/registry/db/durable-fs.ts'
import { kyselyOn } from '../../src/registry/db/kysely.ts'
import { ForgetfulDisk } from '../forgetful-disk.ts'
import { LogBench, oidOf } from '../log-bench.ts'
import { Faults } from '../log-faults.ts'
import { holdsToJson, readKeys } from './bench-file.ts'
import { CUTS } from './power-cut.ts'

const [given, cuts] = process.argv.slice(2) as [string, string]
const folder = realpathSync(given)

/** In this thread: the product's runs in another, whose fsyncs nobody here could watch. */
async function openHere(dataFolder: string): Promise<Database> {
  const fsyncs = new BigInt64Array(new SharedArrayBuffer(8))
  const pglite = await PGlite.create({
    fs: new DurableNodeFS({ dataFolder, fsyncs }),
    startParams: DURABLE_START_PARAMS,
  })
  class Client extends pg.Client {
    constructor() {
      super({ connection: new PglitePgConnection({ pglite }) } as pg.ClientConfig)
    }
  }
  const db = kyselyOn(new pg.Pool({ Client, max: 1, idleTimeoutMillis: 0 }))
  return {
    db,
    engine: 'embedded',
    fsyncCount: () => Number(fsyncs[0]),
    onFatal: () => undefined,
    close: async () => {
      await db.destroy()
      await pglite.close()
    },
  }
}

const disk = new ForgetfulDisk(folder)
const bench = new LogBench(await openHere(join(folder, 'database')), folder, readKeys(folder))
bench.now = Date.now()
await bench.startWitness()
const three = bench.holds(3)
const acknowledged: (readonly [string, number])[] = []

function cut(moment: string): void {
  if (!Object.hasOwn(CUTS, moment)) return
  const to = join(cuts, moment)
  if (existsSync(to)) return // the same step, at its second file
  mkdirSync(to)
  disk.cut(join(to, 'database'), join(folder, 'database'))
  disk.cut(join(to, 'log'), join(folder, 'log'))
  cpSync(join(folder, 'witness'), join(to, 'witness'), { recursive: true })
  writeFileSync(join(to, 'holds.json'), holdsToJson(three))
  writeFileSync(join(to, 'acknowledged.json'), JSON.stringify(acknowledged))
}

const faults = new Faults()
const sequencer = await bench.open(faults.deps(bench))
faults.restart()
faults.watch = (step, when) => cut(`${step} ${when}`)
await Promise.all(
  three.map(async (hold) => {
    const { index } = await sequencer.submit(hold)
    acknowledged.push([oidOf(hold.body.payload), index])
  }),
)
faults.watch = () => undefined
cut('answered')
disk.restore()
await bench.close()
await bench.database.close()
