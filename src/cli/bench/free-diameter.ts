import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** freeDiameter ships no S13. From the sources as from what is built, three folders up. */
const SOURCE = fileURLToPath(new URL('../../../test/interop/s13.c', import.meta.url))
/** In this order: a wrong one exits. */
const DICTIONARIES = [
  'dict_rfc5777',
  'dict_mip6i',
  'dict_nasreq',
  'dict_nas_mipv6',
  'dict_dcca',
  'dict_dcca_3gpp',
]

/** Another node, as a freeDiameter configuration names it. */
export interface Neighbour {
  readonly originHost: string
  readonly port: number
}

export interface NodeOptions {
  readonly originHost: string
  readonly neighbours: readonly Neighbour[]
  /** 0: it only dials. */
  readonly port?: number
  /** Tw, seconds. */
  readonly watchdogSeconds?: number
  /** Lines of configuration for S13; null: a relay that knows no application at all. */
  readonly s13: string | null
  /** PEM files; then TLS comes before the first message. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string }
}

/** One freeDiameter process. */
export class FreeDiameter implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'stolen-mode-free-diameter-'))
  readonly #process: ChildProcess
  readonly ended: Promise<unknown>
  output = ''

  constructor(options: NodeOptions) {
    const configuration = join(this.#folder, 'node.conf')
    writeFileSync(configuration, this.configure(options))
    this.#process = spawn('freeDiameterd', ['-c', configuration], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#process.stdout!, this.#process.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text))
    this.ended = once(this.#process, 'close')
  }

  /** Whether its daemon and a compiler are here. */
  static isInstalled(): boolean {
    return ['freeDiameterd', 'gcc'].every(
      (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined,
    )
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** @throws where it ended before it was ready */
  async listens(): Promise<void> {
    const ended = this.ended.then(() => true)
    while (!this.output.includes('daemon initialized')) {
      const hasEnded = await Promise.race([ended, wait(50, false)])
      if (hasEnded) throw new Error(`freeDiameter ended:\n${this.output}`)
    }
  }

  /** Stops it as an operator would: DPR to everybody, then the end. */
  async stop(): Promise<void> {
    this.#process.kill('SIGTERM')
    await this.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGKILL')
      await this.ended
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  private configure(options: NodeOptions): string {
    const { originHost, neighbours, port = 0, watchdogSeconds = 6, s13, tls } = options
    const realm = originHost.slice(originHost.indexOf('.') + 1)
    const connect = neighbours.map(
      (to) =>
        `ConnectPeer = "${to.originHost}" { ConnectTo = "127.0.0.1"; Port = ${to.port}; ` +
        `${tls ? '' : 'No_TLS; '}No_SCTP; No_IPv6; };`,
    )
    return [
      `Identity = "${originHost}"; Realm = "${realm}";`,
      `Port = ${port}; SecPort = 0; No_SCTP; No_IPv6;`,
      `TcTimer = 6; TwTimer = ${watchdogSeconds};`,
      ...(tls ? [`TLS_Cred = "${tls.cert}", "${tls.key}"; TLS_CA = "${tls.ca}";`] : []),
      ...(s13 === null ? [] : ['NoRelay;', ...this.extensions(s13)]),
      ...connect,
      '',
    ].join('\n')
  }

  private extensions(s13: string): string[] {
    const [built, configuration] = [join(this.#folder, 's13.fdx'), join(this.#folder, 's13.conf')]
    const libraries = ['-lfdcore', '-lfdproto', '-lpthread']
    execFileSync('gcc', ['-O2', '-fPIC', '-shared', '-o', built, SOURCE, ...libraries])
    writeFileSync(configuration, s13)
    return [
      ...DICTIONARIES.map((name) => `LoadExtension = "${name}.fdx";`),
      `LoadExtension = "${built}" : "${configuration}";`,
    ]
  }
}
