import type { GateLanguage, Message, Signer } from '../../core/index.ts'
import { Owner } from '../clients/owner.ts'
import type { CaseAbout } from '../clients/officer.ts'
import { readConfig } from '../config.ts'
import { readPhones, type DemoPhone } from '../demo-phones.ts'
import { Files, loadSigner, readNeeded } from '../files.ts'
import { print, wrongUsage } from '../out.ts'
import { secretsFrom } from '../secrets.ts'

export interface Common {
  readonly registry?: string
  readonly phone?: string
  readonly cardFile?: string
  readonly key?: string
  readonly secret?: string
  readonly json?: boolean
}

type Following = Common & { readonly reference: string }

export async function ownerOf(options: Common): Promise<Owner> {
  const { config } = readConfig(process.env)
  const files = new Files(config.data)
  const [card, key] = [await cardOf(options, files), await keyOf(options, files)]
  return new Owner(options.registry ?? config.registryUrl, card, key)
}

/** The recovery card's ten characters. */
export async function cardOf(options: Common, files: Files): Promise<string> {
  if (options.phone !== undefined) return demoPhone(options.phone, files).card
  if (options.cardFile === undefined) throw wrongUsage('expected --phone or --card-file')
  return (await readNeeded(options.cardFile)).toString().trim()
}

export async function keyOf(options: Common, files: Files): Promise<Signer> {
  if (options.phone !== undefined) return loadSigner(demoPhone(options.phone, files).ownerKey)
  if (options.key === undefined) throw wrongUsage('expected --phone or --key')
  return loadSigner(options.key, secretsFrom(options.secret))
}

function demoPhone(serial: string, files: Files): DemoPhone {
  const phone = readPhones(files).find((one) => one.serial === serial)
  if (!phone) throw wrongUsage('no simulated phone with this serial number')
  return phone
}

interface Reporting extends Common, Pick<CaseAbout, 'why'> {
  readonly say?: Message
  readonly language?: GateLanguage
  readonly quote?: boolean
}

export async function report(options: Reporting): Promise<void> {
  const owner = await ownerOf(options)
  const answer = await owner.report(options.why)
  const { say: message = 'return', language = null, quote: isQuoted = false } = options
  print(
    options.json ?? false,
    answer,
    `Reported: ${answer.reference}. Entry ${answer.holdIndex} of the public log; ${sentence(answer)}`,
  )
  // After the hold, which waits for no words.
  if (options.say !== undefined || language !== null || isQuoted)
    await owner.say(answer.reference, { message, language, isQuoted })
}

export async function status(options: Following): Promise<void> {
  const owner = await ownerOf(options)
  const answer = await owner.status(options.reference)
  print(options.json ?? false, answer, `${answer.reference}: ${sentence(answer)}`)
}

export async function withdraw(options: Following): Promise<void> {
  const owner = await ownerOf(options)
  const index = await owner.withdraw(options.reference)
  print(options.json ?? false, { index }, `Withdrawn: entry ${index} of the public log.`)
}

export async function confirm(options: Following): Promise<void> {
  const owner = await ownerOf(options)
  const index = await owner.confirmRelease(options.reference)
  print(options.json ?? false, { index }, `Released: entry ${index} of the public log.`)
}

function sentence(answer: { readonly state: string; readonly lapsesAt: string | null }): string {
  return answer.lapsesAt === null
    ? `the phone is ${answer.state}.`
    : `the phone is ${answer.state} until ${answer.lapsesAt} unless police confirm.`
}
