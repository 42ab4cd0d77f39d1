import { spawn } from 'node:child_process'
import type { Database } from '../src/registry/db/database.ts'

const BUILT = new URL('../dist/registry/db/embedded.js', import.meta.url).href
const OPEN_AND_WRITE = `
  import { openEmbedded } from ${JSON.stringify(BUILT)}
  const database = await openEmbedded({ folder: process.argv[1] })
  for (let n = Number(process.argv[2]); ; n++) {
    const nonce = Buffer.from(String(n))
    await database.db.insertInto('used_nonces').values({ nonce, at_ms: n }).execute()
    process.stdout.write(n + '\\n')
  }`

/** A process that opens the database and says each number once it is durable. */
export function inChild(folder: string, firstNumber: number) {
  const options = ['--input-type=module', '-e', OPEN_AND_WRITE, folder, String(firstNumber)]
  return spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'pipe'] })
}

export async function insert({ db }: Database, n: number): Promise<void> {
  const nonce = Buffer.from(String(n))
  await db.insertInto('used_nonces').values({ nonce, at_ms: n }).execute()
}

export async function numbers({ db }: Database): Promise<number[]> {
  const rows = await db.selectFrom('used_nonces').select('at_ms').orderBy('at_ms').execute()
  return rows.map((row) => Number(row.at_ms))
}
