import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { withCheckDigit } from '../../src/core/index.ts'
import { commandsIn } from '../cli-process.ts'
import { World, imeiNumber } from '../world.ts'

const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-lists-'))
const { run, kill } = commandsIn(folder)
afterAll(() => {
  kill()
  rmSync(folder, { recursive: true, force: true })
})

test('export in runs: full lists, what an operator alone can join, and all of it verified', async () => {
  await using world = await World.boot()
  await world.lock({ imei: imeiNumber(1) })
  await world.settle()
  const key = join(folder, 'edge.pem')
  writeFileSync(key, world.founding.operators[0]!.pem)
  const ask = (...args: string[]) => run([...args, '--registry', world.registryUrl, '--json'])
  const root = join(folder, 'runs-root.cbor')
  writeFileSync(root, world.founding.root)
  const runs = join(folder, 'runs')
  const common = ['--key', key, '--root', root, '--run', runs, '--operator', 'op']
  const data = join(folder, 'operator.csv')
  writeFileSync(data, `imei,imsi,msisdn\n${imeiNumber(1)},001010000000001,447700900001\n`)
  const own = { key: key, root, registries: [{ origin: 'o', url: world.registryUrl }] }
  const config = join(folder, 'edge.json')
  writeFileSync(config, JSON.stringify(own))
  const blacklist = await run(
    ['export', 'blacklist', '--config', config, '--run', runs, '--json'],
    { STOLEN_MODE_DATA: join(folder, 'nothing') },
  )
  expect(blacklist).toMatchObject({ code: 0 })
  expect(blacklist.json()).toMatchObject({ list: 'blacklist', changes: null })
  const out = join(folder, 'blacklist.csv')
  const plain = ['export', 'blacklist', '--out', out, '--key', key]
  const unproven = await ask(...plain, '--root', join(folder, 'none.cbor'))
  expect(unproven.json()).toMatchObject({ error: { code: 'config' } })
  expect(existsSync(out)).toBe(false)
  expect(await ask(...plain, '--out', join(out, 'x'), '--root', root)).toMatchObject({ code: 1 })
  expect(await run([...plain, '--config', config])).toMatchObject({ code: 0, out: '' })
  const { written } = blacklist.json() as { written: [string] }
  expect(readFileSync(out, 'utf8')).toBe(readFileSync(join(runs, written[0]), 'utf8'))
  const told = await ask('export', 'notifications', data, ...common, '--check-digit')
  expect(told.json()).toMatchObject({ lines: 1, read: { usable: 1, total: 1 } })
  const [file] = told.json()['written'] as string[]
  expect(readFileSync(join(runs, file!), 'utf8')).toContain(
    `\n${withCheckDigit(imeiNumber(1))},001010000000001,447700900001,`,
  )
  const excepted = await ask('export', 'exceptions', ...common, '--network', '00101')
  expect(excepted.json()).toMatchObject({ list: 'exceptions_op', lines: 0 })
  const again = await ask('export', 'exceptions', ...common, '--network', '00101')
  expect(again.json()).toMatchObject({ written: [] })
  const verify = () => run(['export', 'verify', runs, '--key', key, '--json'])
  expect((await verify()).json()).toEqual({
    ok: true,
    runs: { blacklist: 1, exceptions_op: 1, notifications_op: 1 },
  })
  writeFileSync(join(runs, file!), 'imei,imsi,msisdn,block_date,reasons\n')
  const torn = await verify()
  expect(torn.code).toBe(1)
  expect(torn.json()).toMatchObject({ error: { code: 'snapshot-hash' } })
})

test('import own-list: a DIRBS list becomes the file a register reads, by line where it cannot', async () => {
  const own = join(folder, 'own.csv')
  const list = join(folder, 'list.csv')
  const take = () => run(['import', 'own-list', list, '--into', own, '--as', 'grey', '--json'])
  writeFileSync(list, `imei\n${imeiNumber(2)}\n${imeiNumber(1)}\n`)
  expect((await take()).json()).toMatchObject({ kind: 'full', rows: 2, came: 2, went: 0 })
  expect(readFileSync(own, 'utf8')).toBe(
    `match,list\n${imeiNumber(1)},grey\n${imeiNumber(2)},grey\n`,
  )
  chmodSync(own, 0o640)
  expect((await take()).json()).toMatchObject({ rows: 2, came: 0, went: 0 })
  expect(statSync(own).mode & 0o777).toBe(0o640)
  const missing = join(folder, 'missing', 'own.csv')
  const nowhere = await run(['import', 'own-list', list, '--into', missing, '--as', 'grey'])
  expect(nowhere).toMatchObject({ code: 1, out: '' })
  expect(nowhere.err).toMatch(/^not-found: /)
  writeFileSync(list, `imei,change_type\n${imeiNumber(2)},add\n`)
  const refused = await take()
  expect(refused.code).toBe(1)
  expect(refused.json()).toMatchObject({ error: { code: 'list-delta-conflict', lines: 1 } })
})
