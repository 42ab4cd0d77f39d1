import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { toHex } from '../../src/core/index.ts'
import type { TpmAddress } from '../../src/device/tpm/link.ts'
import { sized } from '../../src/device/tpm/writer.ts'

const run = promisify(execFile)

/** Debian's tpm2-tools on a chip: other people's reading of the same standard. */
export class Tpm2Tools implements AsyncDisposable {
  readonly #env: NodeJS.ProcessEnv
  readonly #dir: string
  #files = 0

  private constructor(dir: string, { host, port }: TpmAddress) {
    this.#dir = dir
    this.#env = { ...process.env, TPM2TOOLS_TCTI: `swtpm:host=${host},port=${port}` }
  }

  /** @param address of a chip that nobody else is connected to: it serves one client at a time */
  static async on(address: TpmAddress): Promise<Tpm2Tools> {
    return new Tpm2Tools(await mkdtemp(join(tmpdir(), 'stolen-mode-tpm2-')), address)
  }

  /** @returns what it printed */
  async run(tool: string, ...args: readonly string[]): Promise<string> {
    const { stdout } = await run(`tpm2_${tool}`, [...args], { env: this.#env, cwd: this.#dir })
    return stdout
  }

  async put(bytes: Uint8Array): Promise<string> {
    const path = join(this.#dir, `${this.#files++}`)
    await writeFile(path, bytes)
    return path
  }

  async get(name: string): Promise<Uint8Array> {
    return new Uint8Array(await readFile(join(this.#dir, name)))
  }

  /** The digest that a trial session ends with after those steps. */
  async trial(...steps: readonly Step[]): Promise<string> {
    await this.run('startauthsession', '-S', 'session')
    try {
      for (const [tool, ...args] of steps)
        await this.run(tool, '-S', 'session', '-L', 'digest', ...args)
      return toHex(await this.get('digest'))
    } finally {
      await this.run('flushcontext', 'session')
      await this.run('flushcontext', '-t') // three places, and each step left its key in one
    }
  }

  /** A public key by its TPMT_PUBLIC. @returns its name, and a step that says it signed */
  async key(
    area: Uint8Array,
  ): Promise<{ name: Uint8Array; signed: (ref: Uint8Array) => Promise<Step> }> {
    const file = await this.put(sized(area))
    const context = `${file}.key`
    await this.run('loadexternal', '-C', 'o', '-u', file, '-c', context, '-n', 'name')
    await this.run('flushcontext', '-t') // the context file brings it back
    // No signature is looked at in a trial session, but there must be one.
    const signature = await this.put(new Uint8Array([48, 6, 2, 1, 1, 2, 1, 1]))
    const signed = async (ref: Uint8Array): Promise<Step> => {
      const by = ['-c', context, '-g', 'sha256', '-f', 'ecdsa', '-s', signature]
      return ['policysigned', ...by, '-q', toHex(ref)]
    }
    return { name: await this.get('name'), signed }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true })
  }
}

/** A tool and its arguments, but for the session and where the digest goes. */
export type Step = readonly [tool: string, ...args: string[]]
