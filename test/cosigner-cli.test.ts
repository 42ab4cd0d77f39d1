import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { verifyEd25519 } from '../src/host/index.ts'
import { formatVkey, monitoringPath, openNote, parseVkey } from '../src/log/index.ts'
import { get, post } from '../src/witness/testing/house.ts'
import { SmallLog } from '../src/witness/testing/small-log.ts'

const MAIN = fileURLToPath(new URL('../bin/stolen-mode.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-operator-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = (...args: readonly string[]) => {
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith('STOLEN_MODE_'))
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: Object.fromEntries(env),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const line = once(child.stdout, 'data').then(([part]) => JSON.parse(String(part)) as Said)
  return { child, line, code: once(child, 'close').then(([code]) => code as number) }
}
interface Said {
  readonly url: string
  readonly vkey: string
  readonly error: { readonly code: string; readonly detail: string }
}

test('an operator’s page, followed: a key, a witness for a log of somebody else, its monitor', async () => {
  const made = start('witness', 'keygen', '--name', 'w.example', '--key', 'w.pem', '--json')
  const { vkey } = await made.line
  expect(statSync(join(folder, 'w.pem')).mode & 0o077).toBe(0)
  const again = start('witness', 'keygen', '--name', 'w.example', '--key', 'w.pem', '--json')
  expect((await again.line).error).toMatchObject({ code: 'config' })

  const [one, two] = [SmallLog.named('log.example/zz'), SmallLog.named('log.example/xa')]
  writeFileSync(join(folder, 'logs'), `# ours\nlog ${formatVkey(two.signer.key)}`)
  const args = ['--name', 'w.example', '--key', 'w.pem', '--data', 'w', '--port', '0', '--json']
  const logs = ['--log', formatVkey(one.signer.key), '--logs', 'logs']
  const witness = start('witness', ...args, ...logs)
  const { url } = await witness.line
  for (const log of [one, two]) {
    expect((await post({ url }, await log.request(0))).status).toBe(200)
    const { body } = await get({ url }, `/${monitoringPath(log.signer.key.name)}`)
    expect(openNote(body, [parseVkey(vkey)], verifyEd25519).lines).toHaveLength(1)
  }
  witness.child.kill('SIGTERM')
  expect(await witness.code).toBe(0)
})

test.each([
  ['no name', ['witness', '--key', 'k', '--data', 'd'], 'usage', '--name'],
  ['no log', ['witness', '--key', 'k', '--data', 'd', '--name', 'n'], 'usage', '--log'],
  ['no key', ['witness', '--log', 'x'], 'usage', '--key'],
  ['no root', ['guardian', '--key', 'k', '--data', 'd', '--name', 'n'], 'usage', '--root'],
  [
    'a log line that is none',
    ['witness', '--key', 'k', '--data', 'd', '--name', 'n', '--log', 'zz'],
    'policy-malformed',
    'vkey',
  ],
])('%s: said in a sentence', async (_, args, code, word) => {
  const { line } = start(...args, '--json')
  const { error } = await line
  expect(error.code).toBe(code)
  expect(error.detail).toContain(word)
})

test('the operator’s page shows the commands as they are', () => {
  const page = readFileSync(new URL('../docs/witness.md', import.meta.url), 'utf8')
  for (const word of ['keygen', '--logs', '--root', '/breach', '/evidence', '/metrics'])
    expect(page).toContain(word)
})
