import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { foundDemonstration } from '../../src/cli/demo-trust.ts'
import { Files } from '../../src/cli/files.ts'
import { freePorts } from '../../src/cli/free-ports.ts'
import { sha256, toBase64, toHex } from '../../src/core/index.ts'
import { commandsIn } from '../cli-process.ts'

vi.setConfig({ testTimeout: 300_000 })
const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-grants-'))
const { run, start, kill } = commandsIn(folder)
afterAll(() => {
  kill()
  rmSync(folder, { recursive: true, force: true })
})

const at = {
  registryUrl: 'http://127.0.0.1:1',
  witnessUrl: 'http://127.0.0.1:2',
  guardianUrl: 'http://127.0.0.1:3',
}
const known = sha256(Uint8Array.of(7))
const stranger = sha256(Uint8Array.of(8))

/** A desk that is ready; it stops with the test. */
async function desk(args: readonly string[], url: string): Promise<void> {
  const started = start(['grants', 'serve', ...args])
  await expect.poll(started.said, { timeout: 60_000 }).toContain(`ready at ${url}`)
}

const ask = (url: string, device: Uint8Array) =>
  fetch(`${url}/v1/grants`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ device: toBase64(device), bundles: [] }),
  })

/** As `stolen-mode grants --help` says it. */
test('a maker says whose grants count; both desks take the phones in and answer for those alone', async () => {
  await foundDemonstration(new Files(folder), at)
  const key = async (name: string) => {
    const args = ['--key', `${name}.pem`, '--public', `${name}.public`, '--unattended']
    expect((await run(['key', 'new', ...args])).code).toBe(0)
  }
  for (const name of ['approver', 'police', 'owner']) await key(name)
  writeFileSync(join(folder, 'phones.txt'), `${toHex(known)}\n`)
  const mandate = ['grants', 'mandate', 'phones.txt', '--key', 'approver.pem']
  const houses = ['--police', 'police.public', '--owner', 'owner.public']
  const home = ['--log', 'log.example/zz', '--authority', 'zz', '--out', 'admissions.ndjson']
  expect(await run([...mandate, ...houses, ...home])).toMatchObject({ code: 0 })
  // Written once: what was handed over is not replaced under the same name.
  expect(await run([...mandate, ...houses, ...home])).toMatchObject({ code: 2 })

  for (const side of ['police', 'owner']) {
    const admit = ['grants', 'admit', 'admissions.ndjson', '--folder', side]
    const taken = await run([...admit, '--root', 'trust/root.cbor', '--json'])
    expect(taken.json()).toEqual({ taken: 1, known: 0 })
  }
  const [a, b] = await freePorts(2)
  const [ownerUrl, policeUrl] = [`http://127.0.0.1:${a}`, `http://127.0.0.1:${b}`]
  const owner = ['--side', 'owner', '--folder', 'owner', '--key', 'owner.pem']
  await desk([...owner, '--port', String(a)], ownerUrl)
  const police = ['--side', 'police', '--folder', 'police', '--key', 'police.pem']
  await desk([...police, '--port', String(b), '--owner-desk', ownerUrl], policeUrl)
  expect(await (await ask(policeUrl, known)).json()).toEqual({ grants: null, isComplete: true })
  expect((await ask(policeUrl, stranger)).status).toBe(404)

  // One folder, one desk: two would give a number twice.
  const second = await run(['grants', 'serve', ...owner, '--port', '0'])
  expect([second.code, second.err]).toEqual([1, expect.stringContaining('data-folder-busy')])
})
