import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { GsupClient } from './gsup-client.ts'

/** Why Debian's osmo-hlr or tshark is not here, or undefined. In CI they must be. */
export const noOsmocom: string | undefined = (() => {
  const missing = ['osmo-hlr', 'tshark'].filter(
    (program) => spawnSync(program, ['--version']).error !== undefined,
  )
  if (missing.length === 0) return undefined
  const why = `no ${missing.join(', no ')}; npm run test:interop installs them`
  if (process.env['CI'] !== undefined) throw new Error(why)
  return why
})()

/** Its GSUP port cannot be set. */
const PORT = 4222

/**
 * A real osmo-hlr that lets every phone in and creates its subscribers as they are asked about, with
 * its database in a folder of its own and its three ports on a loopback address of its own.
 */
export class OsmoHlr implements AsyncDisposable {
  readonly host: string
  readonly port = PORT
  readonly #folder: string
  readonly #child: ChildProcess

  private constructor(host: string) {
    this.host = host
    this.#folder = mkdtempSync(join(tmpdir(), 'stolen-mode-hlr-'))
    writeFileSync(join(this.#folder, 'hlr.cfg'), configuration(host))
    this.#child = spawn('osmo-hlr', ['-c', 'hlr.cfg', '-l', 'hlr.db'], {
      cwd: this.#folder,
      stdio: 'ignore',
    })
  }

  static async start(): Promise<OsmoHlr> {
    const hlr = new OsmoHlr(await freeLoopback())
    for (let attempt = 0; ; attempt++) {
      using client = new GsupClient(hlr)
      if ((await client.next()) !== 'closed') return hlr // it has asked who we are
      if (attempt === 600 || hlr.#child.exitCode !== null) throw new Error('osmo-hlr did not start')
      await delay(50)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isRunning = this.#child.exitCode === null && this.#child.signalCode === null
    if (isRunning && this.#child.kill('SIGKILL')) await once(this.#child, 'exit')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function configuration(host: string): string {
  return `line vty
 no login
 bind ${host}
ctrl
 bind ${host}
hlr
 no store-imei
 subscriber-create-on-demand no-msisdn none
 gsup
  bind ip ${host}
`
}

/** All of 127/8 is this machine: an address whose ports nobody else uses. */
async function freeLoopback(): Promise<string> {
  const host = `127.${64 + (process.pid & 63)}.${(process.pid >> 6) & 255}.42`
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject) // somebody holds the port on every address
    server.listen(PORT, host, resolve)
  })
  await new Promise((resolve) => server.close(resolve))
  return host
}
