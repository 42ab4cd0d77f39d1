import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { demand, fromHex, type Signer } from '../../core/index.ts'
import { MAX_ADMISSION_LINE, admissionLine, readAdmission } from '../../device/tpm/admission.ts'
import { GrantBook, type Admission } from '../../device/tpm/grant-book.ts'
import { GrantDesk } from '../../device/tpm/grant-desk.ts'
import { serveGrants, serveSignatures } from '../../device/tpm/serve-grants.ts'
import { approve } from '../../device/tpm/sign-grants.ts'
import { lockFolder, makeLogger, mkdirDurably, readFileLines, type Line } from '../../host/index.ts'
import { readPublicKey } from '../ceremony/papers.ts'
import { readConfig } from '../config.ts'
import { loadSigner, loadTrust, readNeeded, writeWhole } from '../files.ts'
import { print, runUntilStopped, wrongUsage } from '../out.ts'
import { portRefusal } from '../ports.ts'
import { progressBar } from '../progress.ts'
import { secretsFrom } from '../secrets.ts'

/** A production run of 100,000 phones, each with its mandate. */
const LIMITS = { lineBytes: MAX_ADMISSION_LINE, totalBytes: 2 ** 28 }
const THUMBPRINT = /^[0-9a-f]{64}$/

interface Mandates {
  readonly key: string
  readonly secret?: string
  readonly police: string
  readonly owner: string
  readonly log: string
  readonly authority: string
  readonly out: string
  readonly json?: boolean
}

/** The approver's word for every phone of a file. */
export async function writeMandates(file: string, options: Mandates): Promise<void> {
  const { log, authority, out } = options
  if (existsSync(out)) throw wrongUsage(`${out} is there already; nothing is written over`)
  const devices = (await linesOf(file)).map(({ text, line }) => {
    demand(THUMBPRINT.test(text), 'malformed', `line ${line}: expected 64 hex digits`)
    return fromHex(text)
  })
  const keys = {
    police: await readPublicKey(options.police),
    owner: await readPublicKey(options.owner),
  }
  const approver = await loadSigner(options.key, secretsFrom(options.secret))
  const bar = progressBar('phones', devices.length)
  const lines = devices.map((device) => {
    const governed = { approver: approver.key, device }
    bar.advance(1)
    return admissionLine({
      governed,
      home: { log, authority },
      mandate: approve(approver, governed, keys),
    })
  })
  bar.stop()
  await writeWhole(out, new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')))
  print(options.json ?? false, { phones: lines.length, out }, `${lines.length} phones in ${out}.`)
}

interface Admitting {
  readonly folder: string
  readonly root: string
  readonly json?: boolean
}

/** Read to its end before the first phone is taken in; who is known already stays as he is. */
export async function admitPhones(file: string, options: Admitting): Promise<void> {
  await loadTrust(options.root)
  const root = new Uint8Array(await readNeeded(options.root))
  const read: Admission[] = (await linesOf(file)).map(({ text }) => readAdmission(text, root))
  const book = new GrantBook(await ownFolder(options.folder))
  const bar = progressBar('phones', read.length)
  let taken = 0
  for (const admission of read) {
    if (await book.admit(admission)) taken++
    bar.advance(1)
  }
  bar.stop()
  const known = read.length - taken
  print(options.json ?? false, { taken, known }, `${taken} phones taken in, ${known} known before.`)
}

interface Serving {
  readonly side: 'police' | 'owner'
  readonly folder: string
  readonly key: string
  readonly secret?: string
  readonly ownerDesk?: string
  readonly port: number
  readonly json?: boolean
}

/** One of the two desks. Two on one folder would give a number twice, so the folder is locked. */
export const serveDesk = (options: Serving) =>
  runUntilStopped(`${options.side} desk`, options, async () => {
    const { side, port, ownerDesk } = options
    if ((side === 'police') !== (ownerDesk !== undefined))
      throw wrongUsage('--owner-desk is needed at the side of the police, and nowhere else')
    const logger = makeLogger(`${side}-desk`, readConfig(process.env).config.logLevel)
    const signer: Signer = await loadSigner(options.key, secretsFrom(options.secret))
    const folder = await ownFolder(options.folder)
    const lock = lockFolder(folder)
    try {
      const desk = new GrantDesk({ book: new GrantBook(folder), side, signer, logger })
      const listening =
        ownerDesk === undefined
          ? await serveSignatures({ desk, port, logger })
          : await serveGrants({ desk, port, logger, ownerDesk })
      return {
        url: listening.url,
        close: () => listening.close().finally(() => lock.release()),
      }
    } catch (error) {
      lock.release()
      throw portRefusal(error, port)
    }
  })

async function ownFolder(folder: string): Promise<string> {
  await mkdirDurably(resolve(folder))
  return resolve(folder)
}

/** Every line that says something. @throws {Refusal} not-found, too-large */
async function linesOf(path: string): Promise<readonly { line: number; text: string }[]> {
  const lines: { line: number; text: string }[] = []
  const onLine = ({ line, text }: Line) => {
    demand(text !== null, 'too-large', `line ${line} is too long`)
    if (text.trim() !== '') lines.push({ line, text: text.trim() })
  }
  await readFileLines({ path, limits: LIMITS, onLine })
  return lines
}
