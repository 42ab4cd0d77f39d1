import { z } from 'zod'
import { Refusal, type WaitingAct } from '../../core/index.ts'
import { call } from '../../host/index.ts'
import type { WaitAnswer } from '../../wire/index.ts'
import { OwnerWaits, stopByCard } from '../clients/owner-waits.ts'
import { readConfig } from '../config.ts'
import { readPhones } from '../demo-phones.ts'
import { Files } from '../files.ts'
import { print, wrongUsage } from '../out.ts'
import { cardOf, keyOf, type Common } from './owner.ts'

type Meaning = Common & { readonly serial?: string }

/** Where the second factor is: the owner's key, never on the phone itself. */
async function sitDown(options: Meaning) {
  const { config } = readConfig(process.env)
  const key = await keyOf(options, new Files(config.data))
  const waits = new OwnerWaits(options.registry ?? config.registryUrl, key)
  return { waits, serial: options.serial ?? options.phone }
}

export async function waits(options: Common): Promise<void> {
  const { waits: owner } = await sitDown(options)
  const phones = await owner.phones()
  const lines = phones.flatMap(({ serial, model, isProtected, waiting, notices }) => [
    `${model} ${serial ?? ''}: protection is ${isProtected ? 'on' : 'off'}; ${waiting ? sentence(waiting) : 'nothing waits.'}`,
    ...notices.map(({ at, text }) => `  ${at} ${text}`),
  ])
  print(options.json ?? false, { phones }, lines.join('\n'))
}

/** At a simulated phone, whose owner shows his face. */
export async function ask(options: Common & { act: WaitingAct }): Promise<void> {
  const { config } = readConfig(process.env)
  const at = readPhones(new Files(config.data)).findIndex(({ serial }) => serial === options.phone)
  if (at < 0) throw wrongUsage('no simulated phone with this serial number')
  const { ok, refusal } = await call({
    method: 'POST',
    base: `http://127.0.0.1:${config.phonePort + at}`,
    path: '/ask',
    body: { act: options.act, biometric: true },
    answer: z.object({ ok: z.boolean(), refusal: z.string().optional() }),
  })
  if (!ok) throw new Refusal('reset-refused', `the phone refuses: ${refusal ?? 'unknown'}`)
  const next = options.act === 'transfer' ? 'offer --out FILE' : `prove --act ${options.act}`
  print(
    options.json ?? false,
    { act: options.act, stage: 'requested' },
    `Asked for. Now the second proof: stolen-mode owner ${next} --phone ${options.phone}`,
  )
}

export async function prove(options: Meaning & { act: WaitingAct }): Promise<void> {
  const { waits: owner, serial } = await sitDown(options)
  const answer = await owner.confirm(options.act, serial)
  print(options.json ?? false, answer, `Both proofs are there: ${sentence(answer)}`)
}

/** The card alone will do: whoever lost the key can still stop it. */
export async function stop(options: Meaning & { byCard?: boolean }): Promise<void> {
  const answer = options.byCard ? await byCard(options) : await byKey(options)
  print(options.json ?? false, answer, 'Stopped. Nothing has changed on the phone.')
}

async function byCard(options: Meaning) {
  const { config } = readConfig(process.env)
  const card = await cardOf(options, new Files(config.data))
  return stopByCard(options.registry ?? config.registryUrl, card)
}

async function byKey(options: Meaning) {
  const { waits: owner, serial } = await sitDown(options)
  return owner.stop(serial)
}

export async function tellBy(options: Meaning & { mail?: string }): Promise<void> {
  const { waits: owner, serial } = await sitDown(options)
  await owner.tellBy(options.mail ?? null, serial)
  const text = options.mail === undefined ? 'No mail any more.' : 'Told by mail from now on.'
  print(options.json ?? false, { hasMail: options.mail !== undefined }, text)
}

function sentence({ act, stage, readyAt }: z.infer<typeof WaitAnswer>): string {
  if (stage === 'requested') return `${act} was asked for and lacks its second proof.`
  if (stage === 'pending') return `${act} waits until ${readyAt}.`
  return stage === 'ready' ? `${act} can be done on the phone now.` : `${act}: ${stage}.`
}
