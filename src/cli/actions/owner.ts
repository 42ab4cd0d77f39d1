import type { Signer } from '../../core/index.ts'
import { Owner } from '../clients/owner.ts'
import type { CaseAbout } from '../clients/officer.ts'
import { readConfig } from '../config.ts'
import { readPhones } from '../demo-phones.ts'
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
  const { card, key } = await secretsOf(options, new Files(config.data))
  return new Owner(options.registry ?? config.registryUrl, card, key)
}

async function secretsOf(options: Common, files: Files): Promise<{ card: string; key: Signer }> {
  if (options.phone !== undefined) {
    const phone = readPhones(files).find(({ serial }) => serial === options.phone)
    if (!phone) throw wrongUsage('no simulated phone with this serial number')
    return { card: phone.card, key: await loadSigner(phone.ownerKey) }
  }
  const { cardFile, key, secret } = options
  if (cardFile === undefined || key === undefined)
    throw wrongUsage('expected --phone, or --card-file and --key')
  return {
    card: (await readNeeded(cardFile)).toString().trim(),
    key: await loadSigner(key, secretsFrom(secret)),
  }
}

export async function report(options: Common & Pick<CaseAbout, 'why'>): Promise<void> {
  const owner = await ownerOf(options)
  const answer = await owner.report(options.why)
  print(
    options.json ?? false,
    answer,
    `Reported: ${answer.reference}. Entry ${answer.holdIndex} of the public log; ${sentence(answer)}`,
  )
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
