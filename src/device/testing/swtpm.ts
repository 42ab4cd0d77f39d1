import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePorts } from '../../cli/free-ports.ts'
import type { TpmAddress } from '../tpm/link.ts'

/** A real swtpm with a state folder of its own. */
export class Swtpm implements AsyncDisposable {
  readonly address: TpmAddress
  /** What an emulator has and a chip has not. */
  readonly folder: string
  #child: ChildProcess | null = null

  private constructor(port: number) {
    this.address = { host: '127.0.0.1', port, timeoutMs: 10_000 }
    this.folder = mkdtempSync(join(tmpdir(), 'stolen-mode-tpm-'))
  }

  static async start(): Promise<Swtpm> {
    const [port] = await freePorts(2)
    const tpm = new Swtpm(port!)
    await tpm.on()
    return tpm
  }

  /** Other people's tools want the control channel on the port after the one for commands. */
  async on(): Promise<void> {
    const { folder, address } = this
    const { port } = address
    const child = spawn(
      'swtpm',
      [
        ['socket', '--tpm2', '--tpmstate', `dir=${folder}`],
        ['--server', `type=tcp,port=${port}`, '--ctrl', `type=tcp,port=${port + 1}`],
        ['--flags', 'not-need-init,startup-clear'],
      ].flat(),
      { stdio: 'ignore' },
    )
    this.#child = child
    const failed = once(child, 'error').then(([error]) => error as Error)
    for (let attempt = 0; !(await answers(port)); attempt++) {
      const pause = delay(10).then(() => null)
      const error = await Promise.race([failed, pause])
      if (error) throw new Error('no swtpm; npm run test:tpm installs it', { cause: error })
      if (attempt === 400 || child.exitCode !== null) throw new Error('swtpm did not start')
    }
  }

  /** Power lost: no time to say goodbye. */
  async off(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child?.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.off()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
