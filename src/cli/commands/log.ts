import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Refusal } from '../../core/index.ts'
import { sha256Fast, verifyEd25519 } from '../../host/index.ts'
import { auditLog, formatVkey, parsePolicy, parseVkey, type Policy } from '../../log/index.ts'
import { readConfig } from '../config.ts'
import { Files, loadTrust } from '../files.ts'
import { EXIT, print, say } from '../out.ts'
import { progressBar, type Progress } from '../progress.ts'

interface Options {
  readonly vkey: string
  readonly policy?: string
  readonly json?: boolean
}

/** Auditing a log by the public formats alone: nothing of ours is believed, or needed. */
export function logCommands(program: Command): void {
  const log = program.command('log').description('the public log')
  log
    .command('verify')
    .description('recompute a whole log from its entries: signature, tiles, root')
    .argument('<where>', 'URL prefix or folder of the log')
    .requiredOption('--vkey <vkey>', "the log's verifier key, name+id+base64")
    .option('--policy <file>', 'C2SP policy whose quorum the checkpoint must have as well')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', '\nExit code 1 names the first bad leaf, tile or signature.')
    .action(async (where: string, options: Options) => {
      process.exitCode = await verify(where, options)
    })
  log
    .command('keys')
    .description('print the verifier keys of the logs that a root document names')
    .option('--root <file>', "root document (demonstration: the data folder's)")
    .option('--json', 'one JSON array on stdout')
    .action(keys)
}

/** What an auditor is told once and keeps: the verifier keys of the logs that this trust root names. */
async function keys({
  root,
  json,
}: {
  readonly root?: string
  readonly json?: boolean
}): Promise<void> {
  const path = root ?? new Files(readConfig(process.env).config.data).root
  const { plain } = await loadTrust(path)
  const vkeys = plain.logs.map((log) => formatVkey(log.key))
  print(json ?? false, vkeys, vkeys.join('\n'))
}

async function verify(where: string, options: Options): Promise<number> {
  const json = options.json ?? false
  let bar: Progress | null = null
  let shown = 0
  try {
    const { checkpoint, quorum } = await auditLog({
      policy: await policyOf(options),
      verify: verifyEd25519,
      sha256: sha256Fast,
      read: reader(where),
      progress: (leaves, size) => {
        bar ??= progressBar('entries', size)
        bar.advance(leaves - shown)
        shown = leaves
      },
    })
    const { origin, size } = checkpoint
    const root = Buffer.from(checkpoint.root).toString('base64')
    const cosigners = quorum.cosigners.map(({ name }) => name)
    print(
      json,
      { ok: true, origin, size, root, cosigners },
      `whole: ${origin}, ${size} entries, root ${root}`,
    )
    return EXIT.done
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.code === 'unavailable') throw error
    const found = { ok: false, code: error.code, detail: error.message, ...error.facts }
    print(json, found, `not whole: ${error.code}: ${error.message}`)
    return EXIT.failed
  } finally {
    ;(bar as Progress | null)?.stop()
  }
}

async function policyOf({ vkey, policy }: Options): Promise<Policy> {
  parseVkey(vkey)
  if (policy === undefined) return parsePolicy(`log ${vkey}\nquorum none\n`)
  const read = parsePolicy(new Uint8Array(await readFile(policy)))
  if (!read.logs.some((log) => log.key.id === parseVkey(vkey).id))
    say('The policy does not list this log key.')
  return read
}

function reader(where: string): (path: string) => Promise<Uint8Array | null> {
  if (/^https?:\/\//.test(where)) return (path) => fetchBytes(`${where.replace(/\/$/, '')}/${path}`)
  return (path) => fileBytes(join(where, path))
}

async function fetchBytes(url: string): Promise<Uint8Array | null> {
  let answer: Response
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(30_000) })
  } catch {
    throw new Refusal('unavailable', 'the log cannot be reached')
  }
  if (answer.status === 404) return null
  if (!answer.ok) throw new Refusal('unavailable', `the log answers ${answer.status}`)
  return new Uint8Array(await answer.arrayBuffer())
}

async function fileBytes(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
