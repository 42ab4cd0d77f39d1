import { Refusal } from '../../core/index.ts'
import { makeLogger } from '../../host/index.ts'
import { CHECKPOINT_PATH, type NoteKey } from '../../log/index.ts'
import { fsck, openDatabase, type Database, type FsckReport } from '../../registry/index.ts'
import type { Trust } from '../../wire/index.ts'
import { databaseOf, readConfig } from '../config.ts'
import { Files, loadTrust } from '../files.ts'
import { logReader, partialTiles } from '../log-source.ts'
import { print, say } from '../out.ts'
import { LeafBar, sayNotWhole } from '../whole.ts'

interface Options {
  readonly root?: string
  readonly json?: boolean
}

/** Without `where` the installation of this machine: its folder, its database, its cosigners. */
export async function fsckLog(where: string | undefined, options: Options): Promise<void> {
  const json = options.json ?? false
  const { config, secrets } = readConfig(process.env)
  const files = new Files(config.data)
  const trust = await loadTrust(options.root ?? files.root)
  const place = where ?? files.folder('registry', 'log')
  const read = logReader(place)
  const log = await keyOf(read, trust)
  const database = where === undefined ? await openFree(databaseOf(config, secrets)) : null
  const bar = new LeafBar()
  try {
    const report = await fsck({
      log,
      trust,
      read,
      partials: await partialTiles(place),
      db: database?.db ?? null,
      logger: makeLogger('fsck', 'silent'),
      progress: (leaves, size) => bar.show(leaves, size),
    })
    print(json, { ok: true, ...asJson(report) }, asText(report))
  } catch (error) {
    sayNotWhole(error, json)
  } finally {
    bar.stop()
    await database?.close()
  }
}

/** Of the logs under this root, the one that is served there. */
async function keyOf(read: ReturnType<typeof logReader>, { plain }: Trust): Promise<NoteKey> {
  const note = await read(CHECKPOINT_PATH)
  if (note === null) throw new Refusal('not-found', 'there is no log here')
  const [origin] = new TextDecoder().decode(note).split('\n', 1)
  const log = plain.logs.find(({ key }) => key.name === origin)
  if (log === undefined)
    throw new Refusal('log-unknown', 'the root document does not name this log')
  return log.key
}

/** An embedded database belongs to the registry that runs: then the rest is checked without it. */
async function openFree(config: Parameters<typeof openDatabase>[0]): Promise<Database | null> {
  try {
    return await openDatabase(config)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'data-folder-busy') throw error
    say('The registry runs and holds its database: not compared. Stop it, and ask again.')
    return null
  }
}

function asJson({ published, cosigners, databaseSize, seen }: FsckReport) {
  const { origin, size } = published
  const root = Buffer.from(published.root).toString('base64')
  return { origin, size, root, cosigners, databaseSize, seen: Object.fromEntries(seen) }
}

function asText({ published, cosigners, databaseSize, seen }: FsckReport): string {
  const { origin, size } = published
  return [
    `whole: ${origin}, ${size} entries, cosigned by ${cosigners.join(', ') || 'nobody'}`,
    databaseSize === null
      ? 'database: not compared'
      : `database: the same, and ${databaseSize - size} entries signed and not published yet`,
    ...[...seen].map(([name, last]) => `${name}: has seen ${last ?? 'nothing'}, the same log`),
  ].join('\n')
}
