import { Refusal, parseDocument, stepRoot } from '../../core/index.ts'
import { sha256Fast } from '../../host/index.ts'
import type { VerifiedCheckpoint } from '../../log/index.ts'
import {
  auditLaw,
  trustOf,
  type AuditPosition,
  type LawAudited,
  type Trust,
} from '../../wire/index.ts'
import { AuditMemory, lawOf } from '../audit-memory.ts'
import { readConfig } from '../config.ts'
import { figureLines } from '../figure-lines.ts'
import { Files, loadTrust, readNeeded } from '../files.ts'
import { logReader } from '../log-source.ts'
import { EXIT, print, say } from '../out.ts'
import { progressBar, type Progress } from '../progress.ts'
import { version } from '../version.ts'

interface Options {
  readonly root?: string
  readonly newerRoot?: readonly string[]
  readonly memory?: string
  readonly json?: boolean
}

/** How often the position is written down: what an interruption may cost. */
const SAVE_EVERY_MS = 1_000
/** The log contradicts what it has signed before. */
const CONTRADICTIONS = ['tree-went-back', 'split-view', 'not-consistent']

export async function auditWhole(where: string, options: Options): Promise<void> {
  const json = options.json ?? false
  const files = new Files(readConfig(process.env).config.data)
  const paths = [options.root ?? files.root, ...(options.newerRoot ?? [])]
  const trust = await loadTrust(paths[0]!)
  const headTrust = await walkRoots(trust, paths.slice(1))
  const roots = await Promise.all(paths.map((path) => readNeeded(path)))
  const parent = options.memory ?? files.folder('audit')
  const memory = await AuditMemory.open(parent, headTrust, lawOf(version, roots))
  try {
    const audited = await run(where, { trust, headTrust, memory })
    report(audited, json)
  } finally {
    memory.close()
  }
}

/** Each later root document follows the one before it. @throws {Refusal} root-rollback, root-threshold */
async function walkRoots(first: Trust, paths: readonly string[]): Promise<Trust> {
  let trust = first
  for (const path of paths) {
    const document = new Uint8Array(await readNeeded(path))
    const cose = parseDocument(document, 'application/stolen-root+cbor')
    trust = trustOf(stepRoot(trust.root, cose, trust.verify.es256), trust.verify)
  }
  return trust
}

interface Run {
  readonly trust: Trust
  readonly headTrust: Trust
  readonly memory: AuditMemory
}

async function run(where: string, { trust, headTrust, memory }: Run): Promise<LawAudited> {
  const earlier = memory.seen
  const { position: resume } = memory
  const bar = new Bar()
  const saving = new Saving(memory)
  let head: VerifiedCheckpoint | null = null
  if (resume) say(`Signatures below entry ${resume.size} were verified before.`)
  try {
    const audited = await auditLaw({
      trust,
      headTrust,
      read: logReader(where),
      sha256: sha256Fast,
      earlier,
      resume,
      head: async (checkpoint) => {
        head = checkpoint
        await memory.saw(checkpoint)
      },
      progress: (leaves, size) => bar.show(leaves, size),
      reached: (at) => saving.offer(at),
    })
    await saving.finish()
    await memory.finished(audited.checkpoint)
    return audited
  } catch (error) {
    if (head && error instanceof Refusal && CONTRADICTIONS.includes(error.code))
      await convict(memory, error, earlier, head)
    throw error
  } finally {
    bar.stop()
  }
}

/** Whatever was signed cannot be denied later: both notes are kept. */
async function convict(
  memory: AuditMemory,
  { code, facts }: Refusal,
  earlier: readonly VerifiedCheckpoint[],
  head: VerifiedCheckpoint,
): Promise<void> {
  const against = earlier.filter(({ size }) => size === (facts['size'] ?? head.size))
  if (against.length === 0) return // the log contradicts itself: its own files show that
  const folder = await memory.convict(code, [...against, head])
  say(`Both notes are kept in ${folder}. Compare with others, and tell everybody.`)
}

class Saving {
  readonly #memory: AuditMemory
  #last: (() => AuditPosition) | null = null
  #next = performance.now() + SAVE_EVERY_MS

  constructor(memory: AuditMemory) {
    this.#memory = memory
  }

  async offer(at: () => AuditPosition): Promise<void> {
    this.#last = at
    if (performance.now() < this.#next) return
    await this.finish()
    this.#next = performance.now() + SAVE_EVERY_MS
  }

  async finish(): Promise<void> {
    if (this.#last) await this.#memory.reached(this.#last())
    this.#last = null
  }
}

class Bar {
  #bar: Progress | null = null
  #shown = 0

  show(leaves: number, size: number): void {
    this.#bar ??= progressBar('entries', size)
    this.#bar.advance(leaves - this.#shown)
    this.#shown = leaves
  }

  stop(): void {
    this.#bar?.stop()
  }
}

function report(audited: LawAudited, json: boolean): void {
  const { checkpoint, quorum, isGuarded, root, breaches, figures } = audited
  const ok = breaches.every(({ isStopped }) => isStopped)
  const { origin, size } = checkpoint
  const value = {
    ok,
    origin,
    size,
    root: Buffer.from(checkpoint.root).toString('base64'),
    cosignedAtSeconds: quorum.timeSeconds,
    cosigners: quorum.cosigners.map(({ name }) => name),
    guarded: isGuarded,
    rootVersion: root.version,
    breaches,
    figures,
  }
  const verdict = ok ? 'lawful' : 'NOT LAWFUL'
  const lines = [
    `${origin}: ${size} entries, whole and ${verdict}; ${value.cosigners.length} cosigners`,
    ...(isGuarded ? [] : ['The guardians do not stand behind the newest checkpoint.']),
    ...breaches.map(
      ({ index, code, isStopped }) =>
        `entry ${index} breaks the law: ${code}${isStopped ? ' (its key was stopped)' : ''}`,
    ),
    '',
    ...figureLines(figures),
  ]
  print(json, value, lines.join('\n'))
  if (!ok) process.exitCode = EXIT.failed
}
