import { Refusal } from '../../core/index.ts'
import { sha256Fast, verifyEd25519 } from '../../host/index.ts'
import {
  ED25519,
  NO_QUORUM,
  auditLog,
  formatVkey,
  parsePolicy,
  parseVkey,
  type NoteKey,
  type Policy,
} from '../../log/index.ts'
import { readConfig } from '../config.ts'
import { Files, loadTrust, readNeeded } from '../files.ts'
import { logReader, partialTiles } from '../log-source.ts'
import { print, say, wrongUsage } from '../out.ts'
import { LeafBar, sayNotWhole } from '../whole.ts'

interface Options {
  readonly vkey: string
  readonly policy?: string
  readonly origin?: string
  readonly json?: boolean
}

export async function verifyLog(where: string, options: Options): Promise<void> {
  const json = options.json ?? false
  const key = parsed(options.vkey)
  const policy = await policyOf(key, options)
  const bar = new LeafBar()
  try {
    const { checkpoint, quorum, hasEntries } = await auditLog({
      policy,
      foreign: { origin: options.origin ?? key.name, keys: [key] },
      verify: verifyEd25519,
      sha256: sha256Fast,
      read: logReader(where),
      partials: await partialTiles(where),
      progress: (leaves, size) => bar.show(leaves, size),
    })
    const { origin, size } = checkpoint
    const root = Buffer.from(checkpoint.root).toString('base64')
    const cosigners = quorum.cosigners.map(({ name }) => name)
    const what = hasEntries
      ? 'whole'
      : 'whole as far as hashes go (it serves no entries under tile/entries/)'
    print(
      json,
      { ok: true, origin, size, root, cosigners, entries: hasEntries ? 'verified' : 'not-served' },
      `${what}: ${origin}, ${size} entries, root ${root}`,
    )
  } catch (error) {
    sayNotWhole(error, json)
  } finally {
    bar.stop()
  }
}

async function policyOf(key: NoteKey, { policy }: Options): Promise<Policy> {
  // Not by way of a policy's text: a key's name may hold what a policy's line cannot.
  if (policy === undefined)
    return { logs: [{ key, url: null }], witnesses: [], groups: [], quorum: NO_QUORUM }
  const read = parsePolicy(new Uint8Array(await readNeeded(policy)))
  if (!read.logs.some((log) => log.key.id === key.id)) say('The policy does not list this log key.')
  return read
}

function parsed(vkey: string): NoteKey {
  try {
    const key = parseVkey(vkey)
    if (key.type === ED25519) return key
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw wrongUsage(`--vkey is not a verifier key: ${error.message}`)
  }
  throw wrongUsage('--vkey is the key of a cosigner, not of a log')
}

/** What an auditor is told once and keeps: the verifier keys of the logs that this trust root names. */
export async function printLogKeys({
  root,
  policy,
  json,
}: {
  readonly root?: string
  readonly policy?: 'guarded' | 'plain'
  readonly json?: boolean
}): Promise<void> {
  const path = root ?? new Files(readConfig(process.env).config.data).root
  const trust = await loadTrust(path)
  if (policy) {
    const text = policy === 'guarded' ? trust.root.guardedPolicy : trust.root.plainPolicy
    return print(json ?? false, { policy: text }, text.trimEnd())
  }
  const vkeys = trust.plain.logs.map((log) => formatVkey(log.key))
  print(json ?? false, vkeys, vkeys.join('\n'))
}
