import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { utf8 } from '../src/core/index.ts'
import { generateNoteSigner, machine, makeLogger } from '../src/host/index.ts'
import { COSIGNATURE, formatVkey } from '../src/log/index.ts'
import { startWitness } from '../src/witness/index.ts'
import { SmallLog } from '../src/witness/testing/small-log.ts'
import { post } from '../src/witness/testing/house.ts'

const DYING = fileURLToPath(new URL('dying-witness.ts', import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), 'stolen-mode-dying-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

test('A81: killed between keeping its state and answering, a witness has not forgotten what it signed', async () => {
  const log = SmallLog.named('log.example/zz')
  log.entries.push(...Array.from({ length: 9 }, (_, i) => utf8(`entry ${i}`)))
  const { signer, pem } = generateNoteSigner('witness.example', COSIGNATURE)
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', DYING, dataDir, formatVkey(log.signer.key), pem],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const gone = once(child, 'exit')
  await expect(post({ url: line.toString().trim() }, await log.request(0, 5))).rejects.toThrow()
  expect(await gone).toEqual([null, 'SIGKILL'])

  const witness = await startWitness({
    signer,
    logs: [log.signer.key],
    dataDir,
    port: 0,
    surroundings: machine,
    logger: makeLogger('witness', 'silent'),
  })
  // A fork below what it vouched for finds it knowing; the honest log goes on from there.
  const fork = log.fork(3, utf8('another'))
  expect(await post(witness, await fork.request(0))).toMatchObject({ status: 409, body: '5\n' })
  expect((await post(witness, await log.request(5, 9))).status).toBe(200)
  await witness.close()
})
