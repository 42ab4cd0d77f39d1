import {
  Refusal,
  demand,
  fromBase64,
  isAbout,
  parseImei,
  parseSerial,
  verifyCheck,
  type SignedCheck,
} from '../../core/index.ts'
import { nodeVerifiers, sha256Fast } from '../../host/index.ts'
import { consistencyProof, readTileFrom, verifyConsistency } from '../../log/index.ts'
import { CHECK_SENTENCES, type LawAudited } from '../../wire/index.ts'
import { logReader } from '../log-source.ts'
import { EXIT, bad, good, print } from '../out.ts'
import { audited, type Options as AuditOptions } from './audit.ts'

interface Options extends AuditOptions {
  readonly log: string
  readonly number?: string
}

/** Longer than any address with an answer in it. */
const MAX_ANSWER = 2_048

/**
 * Whether a signed answer is real, without asking whoever gave it: its key is certified in the log, and the log had the
 * tree it names. @throws {Refusal} those of `audited` and `verifyCheck` · log-unknown, not-consistent
 */
export async function verifyAnswer(answer: string, options: Options): Promise<void> {
  const bytes = bytesOf(answer)
  const whole = await audited(options.log, options)
  const said = verifyCheck(bytes, whole.ledger.authorities, nodeVerifiers().es256)
  await demandOfThisLog(said, whole, options.log)
  const isSame = options.number === undefined ? null : isAbout(said, asked(options.number))
  const { state, treeSize, log, isReadyForHandover } = said
  const at = new Date(said.at * 1000).toISOString()
  const value = {
    ok: isSame !== false,
    state,
    sentence: CHECK_SENTENCES[state],
    readyForHandover: isReadyForHandover,
    log,
    treeSize,
    at,
    isAboutNumber: isSame,
  }
  const about =
    isSame === null ? [] : [isSame ? good('about this number') : bad('about another number')]
  const lines = [
    good('real: signed by a registry that the log certifies, on a tree that the log had'),
    ...about,
    `${value.sentence}\nReady for handover: ${isReadyForHandover ? 'yes' : 'no'}`,
    `(as of entry ${treeSize} of ${log}, ${at}; true then, ask again)`,
  ]
  print(options.json ?? false, value, lines.join('\n'))
  if (isSame === false) process.exitCode = EXIT.failed
  else if (state !== 'protected') process.exitCode = EXIT.found
}

/** Out of an address, as a page shows it, or as the interface gives it. @throws {Refusal} malformed */
function bytesOf(answer: string): Uint8Array {
  demand(answer.length <= MAX_ANSWER, 'malformed', 'longer than any answer')
  const text = /[?&]a=([\w-]+)/.exec(answer)?.[1] ?? answer.trim()
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  return fromBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, '='))
}

const asked = (number: string) =>
  /[a-z]/i.test(number) ? { serial: parseSerial(number) } : { imei: parseImei(number).imei14 }

async function demandOfThisLog(
  { log, treeSize, root }: SignedCheck,
  { checkpoint }: LawAudited,
  where: string,
): Promise<void> {
  const { origin, size } = checkpoint
  if (log !== origin) throw new Refusal('log-unknown', `the answer is about ${log}`)
  demand(treeSize <= size, 'log-unknown', 'the answer names a larger tree than this log')
  const readTile = readTileFrom(logReader(where))
  verifyConsistency({
    oldSize: treeSize,
    oldRoot: root,
    newSize: size,
    newRoot: checkpoint.root,
    proof: await consistencyProof(treeSize, size, readTile, sha256Fast),
  })
}
