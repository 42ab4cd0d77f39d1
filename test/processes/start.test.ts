import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryConfig, type Temporary } from '../../src/cli/temporary.ts'
import { parseNote } from '../../src/log/index.ts'

const MAIN = fileURLToPath(new URL('../../bin/stolen-mode.mjs', import.meta.url))

let temporary: Temporary
let environment: NodeJS.ProcessEnv
const started: ChildProcess[] = []
beforeAll(async () => {
  temporary = await temporaryConfig('silent')
  const { config } = temporary
  environment = {
    ...process.env,
    STOLEN_MODE_DATA: config.data,
    STOLEN_MODE_REGISTRY_PORT: String(config.registryPort),
    STOLEN_MODE_EDGE_PORT: String(config.edgePort),
    STOLEN_MODE_STATUS_SIGNER_PORT: String(config.statusSignerPort),
    STOLEN_MODE_EDGE_ADMIN_PORT: String(config.edgeAdminPort),
    STOLEN_MODE_WITNESS_PORT: String(config.witnessPort),
    STOLEN_MODE_GUARDIAN_PORT: String(config.guardianPort),
    STOLEN_MODE_PHONE_PORT: String(config.phonePort),
    STOLEN_MODE_LOG_LEVEL: 'silent',
  }
})
afterAll(async () => {
  for (const child of started) if (child.exitCode === null) await stop(child)
  await temporary.remove()
})

/** Starts everything as `npm start` does, and waits for the addresses to be printed. */
async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, 'start'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  started.push(child)
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout!.on('data', (part: Buffer) => {
      said += part.toString()
      if (said.includes('Ctrl-C')) resolve()
    })
    child.on('exit', (code) => reject(new Error(`ended with ${code}`)))
  })
  child.removeAllListeners('exit')
  return child
}

async function stop(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'exit') as Promise<[number | null]>
  child.kill('SIGINT')
  return (await ended)[0]
}

const health = async () =>
  (await (await fetch(`${temporary.config.registryUrl}/healthz`)).json()) as {
    status: string
    treeSize: number
  }

test('npm start: answers, refuses a second process on its data, stops on Ctrl-C, goes on with the same log', async () => {
  const { config } = temporary
  const first = await start()
  const before = await health()
  expect(before).toMatchObject({ status: 'ok' })

  const phones = JSON.parse(readFileSync(join(config.data, 'phones.json'), 'utf8')) as {
    imei: string
  }[]
  const url = `http://127.0.0.1:${config.edgePort}/n5g-eir-eic/v1/equipment-status?pei=imei-${phones[0]?.imei}0`
  const curl = spawnSync('curl', ['-sS', '--http2-prior-knowledge', url])
  expect(JSON.parse(curl.stdout.toString())).toEqual({ status: 'WHITELISTED' })
  for (const path of ['/', '/check', '/openapi.json', '/log/checkpoint'])
    expect((await fetch(config.registryUrl + path)).status).toBe(200)

  // A change that breaks a client shows as a difference here; UPDATE_OPENAPI=1 writes it down.
  const described = await (await fetch(`${config.registryUrl}/openapi.json`)).json()
  const committed = fileURLToPath(new URL('../../openapi/registry.json', import.meta.url))
  if (process.env['UPDATE_OPENAPI'])
    writeFileSync(committed, `${JSON.stringify(described, null, 2)}\n`)
  expect(described).toEqual(JSON.parse(readFileSync(committed, 'utf8')))

  const second = spawnSync(process.execPath, [MAIN, 'serve'], {
    env: { ...environment, STOLEN_MODE_REGISTRY_PORT: '0' },
  })
  expect(second.status).toBe(1)
  expect(second.stdout.toString() + second.stderr.toString()).toContain('data-folder-busy')

  expect(await stop(first)).toBe(0)
  await expect(health()).rejects.toThrow()

  const again = await start()
  const after = await health()
  expect(after.treeSize).toBeGreaterThanOrEqual(before.treeSize)
  const note = await (await fetch(`${config.registryUrl}/log/checkpoint`)).text()
  expect(parseNote(note).signatures.length).toBe(3)
  expect(await stop(again)).toBe(0)
})

test('npm run demo:thief -- --json: every attempt is refused, and nothing is usable afterwards', () => {
  const thief = spawnSync(process.execPath, [MAIN, 'thief', '--json'])
  const result = JSON.parse(thief.stdout.toString()) as {
    usable: number
    attempts: number
    steps: { name: string; ok: boolean }[]
  }
  expect(result.steps.filter(({ ok }) => !ok)).toEqual([])
  expect(result.usable).toBe(0)
  expect(result.attempts).toBeGreaterThanOrEqual(22)
  expect(thief.status).toBe(0)
})

test('npm run demo -- --json: every step holds', () => {
  const demo = spawnSync(process.execPath, [MAIN, 'demo', '--json', '--thefts', '3'])
  const result = JSON.parse(demo.stdout.toString()) as {
    ok: boolean
    steps: { name: string; ok: boolean }[]
  }
  expect(result.steps.filter(({ ok }) => !ok)).toEqual([])
  expect(result.steps.length).toBeGreaterThanOrEqual(9)
  expect(demo.status).toBe(0)
})
