import { walkRoots, type LawAudited, type Trust } from '../../wire/index.ts'
import { AuditMemory, lawOf } from '../audit-memory.ts'
import { auditRemembered } from '../audit-run.ts'
import { readConfig } from '../config.ts'
import { figureLines } from '../figure-lines.ts'
import { Files, loadTrust, readNeeded } from '../files.ts'
import { logReader } from '../log-source.ts'
import { EXIT, print, say, wrongUsage } from '../out.ts'
import { LeafBar } from '../whole.ts'
import { version } from '../version.ts'

export interface Options {
  readonly root?: string
  readonly origin?: string
  readonly newerRoot?: readonly string[]
  readonly memory?: string
  readonly json?: boolean
}

export async function auditWhole(where: string, options: Options): Promise<void> {
  report(await audited(where, options), options.json ?? false)
}

/** The whole log, by the law, held to what it has shown here before. @throws {Refusal} those of `auditLaw` */
export async function audited(where: string, options: Options): Promise<LawAudited> {
  const files = new Files(readConfig(process.env).config.data)
  const paths = [options.root ?? files.root, ...(options.newerRoot ?? [])]
  const trust = await loadTrust(paths[0]!)
  const roots = await Promise.all(paths.map(async (path) => new Uint8Array(await readNeeded(path))))
  const headTrust = walkRoots(roots.slice(1), trust)
  const origin = originOf(where, options, headTrust)
  const parent = options.memory ?? files.folder('audit')
  const law = lawOf(version, roots)
  const memory = await AuditMemory.open({ parent, origin, trust: headTrust, law })
  const bar = new LeafBar()
  if (memory.position) say(`Signatures below entry ${memory.position.size} were verified before.`)
  try {
    return await auditRemembered({
      trust,
      headTrust,
      origin,
      memory,
      read: logReader(where),
      progress: (leaves, size) => bar.show(leaves, size),
    })
  } finally {
    bar.stop()
    memory.close()
  }
}

/** Which log it must be: under one root there may be several, and none may pass for another. */
function originOf(where: string, { origin }: Options, { plain }: Trust): string {
  const names = plain.logs.map(({ key }) => key.name)
  const asked =
    origin ??
    plain.logs.find(({ url }) => url?.replace(/\/+$/, '') === where.replace(/\/+$/, ''))?.key
      .name ??
    (new Set(names).size === 1 ? names[0] : undefined)
  if (asked === undefined || !names.includes(asked))
    throw wrongUsage(`--origin: expected one of ${names.join(', ')}`)
  return asked
}

function report(whole: LawAudited, json: boolean): void {
  const { checkpoint, quorum, isGuarded, root, breaches, figures } = whole
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
