import { ForceDesk } from '../src/cli/clients/force-desk.ts'
import {
  certificateOf,
  certificatePayload,
  coseSign,
  distrustPayload,
  kidOf,
  parseDocument,
  thumbprint,
  type Certificate,
  type Signer,
} from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { Pages, type Shown } from './pages.ts'
import { TestPasskey } from './passkey.ts'
import type { Handset, World } from './world.ts'

const CERT = 'application/stolen-cert+cbor'

/** An officer's name as the log has it: one of the founding's, or the holder of this key. */
export function nameOf(world: World, who: number | Signer): string {
  const { key } = typeof who === 'number' ? world.founding.officers[who]!.signer : who
  const { authorities } = world.running.context.sequencer.ledger
  return authorities.ofKey(kidOf(key))[0]!.cert.sub
}

/** Somebody in front of the desk who shows a key under a name. @returns what is answered, too */
export async function shownAt(world: World, name: string, pem: string) {
  const pages = new Pages(world.running)
  const passkey = new TestPasskey(pem)
  const sent = await passkey.send(pages, await pages.get('/desk'), { name })
  return { pages, passkey, name, sent }
}

/** An officer in front of the desk, signed in: one of the founding's, or the holder of this key. */
export function seatedAt(
  world: World,
  who: number | { readonly signer: Signer; readonly pem: string },
) {
  const { signer, pem } = typeof who === 'number' ? world.founding.officers[who]! : who
  return shownAt(world, nameOf(world, signer), pem)
}

/** The nation voids a key, from the next leaf on. */
export async function voidKey(world: World, { key }: Signer): Promise<void> {
  const { sequencer } = world.running.context
  const said = { key: thumbprint(key), from: sequencer.ledger.size, reason: 1, kept: [] }
  const payload = distrustPayload({ ...said, log: world.log.key.name })
  const by = [world.founding.national.signer]
  const body = coseSign('application/stolen-distrust+cbor', payload, by)
  await sequencer.submit({ kind: 'distrust', body })
}

/** A report by card. @returns its reference */
export async function reportedByCard(world: World, { card }: Handset): Promise<string> {
  const pages = new Pages(world.running)
  const { to } = await pages.post('/report', { card, why: 'theft' }, await pages.get('/report'))
  return /SM-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec((await pages.get(to!)).text)![0]
}

/** Takes a report up. @returns the case's page */
export async function takenUp(
  pages: Pages,
  reference: string,
  crime = 'CR/1',
): Promise<Shown & { readonly path: string }> {
  const take = `/desk/take/${reference}`
  const { to } = await pages.post(take, { crime, people: 'none' }, await pages.get(take))
  return { ...(await pages.get(to!)), path: to! }
}

/** The return of a case, taken by this officer. */
export async function takenReturn(pages: Pages, caseId: string): Promise<Shown> {
  const path = `/desk/case/${caseId}/return`
  await pages.post(`${path}/take`, {}, await pages.get(path))
  return pages.get(path)
}

/** The desk that holds the force's key, at work once. @returns what it did not sign */
export function forceAtWork(world: World): Promise<readonly unknown[]> {
  const { trust, surroundings } = world
  const holding = { key: world.force, trust, clock: surroundings.clock, origin: world.log.key.name }
  return new ForceDesk(world.registryUrl, holding).once()
}

/** Another force of the country with an intake and an officer, certified while the founding lasts. */
export async function secondForce(world: World) {
  const { certificates, national } = world.founding
  const known = certificates.map((bytes) => certificateOf(parseDocument(bytes, CERT)).cert)
  const like = (role: Certificate['role'], use: Certificate['use']) =>
    known.find((cert) => cert.role === role && cert.use === use)!
  const add = async (of: Certificate, changes: Partial<Certificate>, by: Signer) => {
    const made = generateEs256()
    const body = coseSign(CERT, certificatePayload({ ...of, ...changes, key: made.signer.key }), [
      by,
    ])
    await world.running.context.sequencer.submit({ kind: 'certificate', body })
    return made
  }
  const sub = 'zz.other'
  const issue = await add(like('force', 'issue'), { sub }, national.signer)
  const order = await add(like('force', 'order'), { sub }, national.signer)
  const intake = { sub: `${sub}/intake`, iss: sub }
  world.moreIntakes.push((await add(like('intake', null), intake, issue.signer)).signer)
  const officer = { sub: `${sub}/0001`, iss: sub }
  const made = await add(like('officer', null), officer, issue.signer)
  await world.stopRegistry()
  await world.startRegistry()
  return { sub, officer: made, order: order.signer }
}
