import { rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tilePath } from '../../log/index.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { LogBench } from '../../../test/log-bench.ts'
import { SmallLog } from '../../witness/testing/small-log.ts'

const SIZE = 260
const file = (bench: LogBench, path: string) => join(bench.folder, 'log', path)

describeOnEachEngine('what is stored is believed only after proof', (open) => {
  test('A85: one flipped bit in the right edge or in the last entry bundle: nothing is signed', async () => {
    await using bench = await LogBench.make(await open(), SIZE)
    const width = SIZE - 256
    for (const tile of [
      { level: 0, index: 1, width },
      { level: 1, index: 0, width: 1 },
      { level: 'entries', index: 1, width },
    ] as const) {
      const path = file(bench, tilePath(tile))
      const good = await readFile(path)
      const bad = Buffer.from(good)
      bad[20]! ^= 1
      await writeFile(path, bad)
      await expect(bench.open()).rejects.toMatchObject({ code: 'fatal' })
      await writeFile(path, good)
    }
    const sequencer = await bench.open()
    expect(await sequencer.submit(bench.hold())).toEqual({ index: SIZE })
  })

  test('a note of another key in the database: nothing is signed', async () => {
    const database = await open()
    await using bench = await LogBench.make(database, 20)
    const { note } = await database.db
      .selectFrom('published')
      .select('note')
      .executeTakeFirstOrThrow()
    const other = SmallLog.named(bench.log.key.name).checkpoint()
    await database.db.updateTable('published').set({ note: other }).execute()
    await expect(bench.open()).rejects.toMatchObject({ code: 'fatal' })
    await database.db.updateTable('published').set({ note }).execute()
    await bench.open()
  })

  test('a tile that is there already and differs is fatal, and stays so', async () => {
    await using bench = await LogBench.make(await open(), 20)
    const sequencer = await bench.open()
    const stray = file(bench, tilePath({ level: 'entries', index: 0, width: 21 }))
    await writeFile(stray, 'another log was made here')
    await expect(sequencer.submit(bench.hold())).rejects.toMatchObject({ code: 'unavailable' })
    expect(sequencer.halted?.code).toBe('unavailable')
    await expect(bench.open()).rejects.toThrow('exists and differs')
    expect(bench.publishedSize()).toBe(20)
  })
})

describeOnEachEngine('a restored backup', (open) => {
  test('A80: a database older than the published file does not start', async () => {
    await using bench = await LogBench.make(await open(), 20)
    const restore = await backup(bench)
    await goOn(bench, 3)
    await restore()
    await expect(bench.open()).rejects.toThrow('a restored backup?')
  })

  test('A80: database and files both older: reads, and signs nothing below what the witness saw', async () => {
    const database = await open()
    await using bench = await LogBench.make(database, 20)
    const restore = await backup(bench)
    const checkpoint = await bench.file('checkpoint')
    await goOn(bench, 3)
    await restore()
    await writeFile(file(bench, 'checkpoint'), checkpoint)

    const sequencer = await bench.open()
    expect(sequencer.halted?.code).toBe('witness-floor')
    expect(sequencer.published.newest?.checkpoint.size).toBe(20)
    await expect(sequencer.submit(bench.hold())).rejects.toMatchObject({ code: 'witness-floor' })
    expect(bench.publishedSize()).toBe(20)
  })

  test('with the witness gone nobody knows: nothing is signed until it answers', async () => {
    await using bench = await LogBench.make(await open(), 20)
    await bench.stopWitness()
    const sequencer = await bench.open()
    await expect(sequencer.submit(bench.hold())).rejects.toMatchObject({ code: 'unavailable' })
    await bench.startWitness()
    await sequencer.whenRunning()
    expect(await sequencer.submit(bench.hold())).toEqual({ index: 20 })
    await bench.audit()
  })

  test('a witness that talks nonsense counts as silent, not as a reason to stop for good', async () => {
    await using bench = await LogBench.make(await open(), 20)
    const { port } = new URL(bench.witness!.url)
    await bench.stopWitness()
    const liar = createServer((_, response) => void response.end('<html>welcome</html>'))
    await new Promise<void>((resolve) => liar.listen(Number(port), '127.0.0.1', resolve))
    const sequencer = await bench.open()
    expect(sequencer.halted?.code).toBe('unavailable')
    liar.closeAllConnections()
    await new Promise((resolve) => liar.close(resolve))
    await bench.startWitness()
    await sequencer.whenRunning()
    await bench.audit()
  })

  test('a witness that saw a shorter log of another past stops us', async () => {
    await using bench = await LogBench.make(await open(), 20)
    await bench.stopWitness()
    rmSync(join(bench.folder, 'witness'), { recursive: true })
    await bench.startWitness()
    const fork = new SmallLog(bench.log, [new Uint8Array([1]), new Uint8Array([2])])
    const body = await fork.request(0)
    const answer = await fetch(`${bench.witness!.url}/add-checkpoint`, { method: 'POST', body })
    expect(answer.status).toBe(200)
    const sequencer = await bench.open()
    expect(sequencer.halted?.code).toBe('witness-floor')
  })

  test('A80: tiles lost with nothing staged: it does not start, and names the file', async () => {
    await using bench = await LogBench.make(await open(), 20)
    rmSync(file(bench, 'tile'), { recursive: true })
    await expect(bench.open()).rejects.toThrow('tile/0/000.p/20 is missing')
  })
})

describeOnEachEngine('the clock', (open) => {
  test('behind the last checkpoint at start: reads, and signs nothing until it is right', async () => {
    await using bench = await LogBench.make(await open(), 20)
    const right = bench.now
    bench.now -= 60_000
    const sequencer = await bench.open()
    expect(sequencer.halted).toMatchObject({ code: 'unavailable' })
    expect(sequencer.halted?.message).toContain('behind the last checkpoint')
    await expect(sequencer.submit(bench.hold())).rejects.toMatchObject({ code: 'unavailable' })
    bench.now = right
    await sequencer.whenRunning()
    expect(await sequencer.submit(bench.hold())).toEqual({ index: 20 })
  })
})

/** The database as it is now, to be put back later. */
async function backup({ database: { db } }: LogBench): Promise<() => Promise<void>> {
  const state = await db.selectFrom('log_state').selectAll().executeTakeFirstOrThrow()
  const published = await db.selectFrom('published').selectAll().executeTakeFirstOrThrow()
  return async () => {
    await db.deleteFrom('entries').where('index', '>=', state.size).execute()
    await db.deleteFrom('orders').where('log_index', '>=', state.size).execute()
    await db.updateTable('log_state').set(state).execute()
    await db.updateTable('published').set(published).execute()
  }
}

async function goOn(bench: LogBench, count: number): Promise<void> {
  const sequencer = await bench.open()
  await Promise.all(bench.holds(count).map((hold) => sequencer.submit(hold)))
  await sequencer.close()
}
