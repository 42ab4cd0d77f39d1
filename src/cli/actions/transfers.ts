import { fromBase64, parseHandover, thumbprint, toHex } from '../../core/index.ts'
import { generateEs256 } from '../../host/index.ts'
import { verifySale } from '../../wire/index.ts'
import { OwnerWaits } from '../clients/owner-waits.ts'
import {
  answerDispute,
  handoverStatus,
  offerPhone,
  purchaseProof,
  takePhone,
  type Handover,
} from '../clients/transfers.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner, loadTrust, readNeeded, writeSecret, writeWhole } from '../files.ts'
import { print, wrongUsage } from '../out.ts'
import { cardOf, keyOf, type Common } from './owner.ts'

type Coded = Pick<Common, 'registry' | 'json'> & { readonly code: string }

function addressOf({ registry }: Pick<Common, 'registry'>): string {
  return registry ?? readConfig(process.env).config.registryUrl
}

/** What the handover file holds opens the phone's next ownership: it is read, never typed. */
async function codeIn({ code }: Coded): Promise<string> {
  const text = (await readNeeded(code)).toString().trim()
  parseHandover(fromBase64(text))
  return text
}

export async function offer(
  options: Common & { readonly serial?: string; readonly out: string },
): Promise<void> {
  const { config } = readConfig(process.env)
  const key = await keyOf(options, new Files(config.data))
  const url = addressOf(options)
  const device = await new OwnerWaits(url, key).device(options.serial ?? options.phone)
  const { code, ...handover } = await offerPhone(url, device, key)
  await writeSecret(options.out, code)
  print(
    options.json ?? false,
    { ...handover, code: options.out },
    `Offered. ${sentence(handover)}\nGive ${options.out} to the buyer and to nobody else.`,
  )
}

export async function handover(options: Coded): Promise<void> {
  const answer = await handoverStatus(addressOf(options), await codeIn(options))
  print(options.json ?? false, answer, sentence(answer))
}

/** Takes the phone over with a key that is made here, or with one the buyer has. */
export async function accept(
  options: Coded & { readonly key?: string; readonly newKey?: string; readonly cardOut: string },
): Promise<void> {
  const buyer = await buyersKey(options)
  const { index, card } = await takePhone(addressOf(options), await codeIn(options), buyer)
  if (card !== null) await writeSecret(options.cardOut, card)
  print(
    options.json ?? false,
    { index, card: card === null ? null : options.cardOut },
    card === null
      ? `Yours: entry ${index} of the public log. The card was shown before.`
      : `Yours: entry ${index} of the public log. Your recovery card is in ${options.cardOut}.`,
  )
}

async function buyersKey({ key, newKey }: { key?: string; newKey?: string }) {
  if (key !== undefined) return loadSigner(key)
  if (newKey === undefined) throw wrongUsage('expected --key or --new-key')
  const { signer, pem } = generateEs256()
  // Before it owns anything: a key that is lost now costs nothing.
  await writeSecret(newKey, pem)
  return signer
}

export async function purchase(options: Common & { readonly out: string }): Promise<void> {
  const { config } = readConfig(process.env)
  const card = await cardOf(options, new Files(config.data))
  const proof = await purchaseProof(addressOf(options), card)
  await writeWhole(options.out, proof)
  print(
    options.json ?? false,
    { proof: options.out, bytes: proof.length },
    `Proof of purchase: ${options.out}. Whoever has the root document can check it.`,
  )
}

/** What anybody can check who is shown one, without any network. */
export async function verifyPurchase(
  file: string,
  options: { readonly root?: string; readonly json?: boolean },
): Promise<void> {
  const trust = await loadTrust(options.root ?? new Files(readConfig(process.env).config.data).root)
  const sale = verifySale(new Uint8Array(await readNeeded(file)), trust)
  const at = new Date(sale.t).toISOString()
  const told = {
    device: toHex(sale.dak),
    seller: toHex(thumbprint(sale.seller)),
    buyer: toHex(thumbprint(sale.buyer)),
    registry: sale.registry,
    log: sale.origin,
    index: sale.index,
    treeSize: sale.treeSize,
    at,
  }
  print(
    options.json ?? false,
    told,
    [
      `Sold ${at}: entry ${sale.index} of ${sale.origin}, recorded by ${sale.registry}.`,
      `phone ${told.device}\nfrom  ${told.seller}\nto    ${told.buyer}`,
    ].join('\n'),
  )
}

export async function answer(options: Common & { readonly statementFile: string }): Promise<void> {
  const { config } = readConfig(process.env)
  const card = await cardOf(options, new Files(config.data))
  const statement = (await readNeeded(options.statementFile)).toString().trim()
  const { reference } = await answerDispute(addressOf(options), card, statement)
  print(options.json ?? false, { reference }, `Police read your side in ${reference}.`)
}

function sentence({ stage, readyAt, until, partsBound }: Handover): string {
  if (!partsBound) return 'A part in it is not its own: pair it or take it out first.'
  if (stage === 'requested') return 'It lacks its second proof.'
  if (stage === 'pending') return `The buyer can take it from ${readyAt} until ${until}.`
  return stage === 'ready' ? `The buyer can take it now, until ${until}.` : `It is ${stage}.`
}
