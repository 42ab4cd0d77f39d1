import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { Refusal, demand, thumbprint, type Link } from '../../../core/index.ts'
import type { Context } from '../../context.ts'
import { useNonce, drawNonce } from '../nonces.ts'
import type { IdentityProviderDoor, SignOnSecrets } from './identity-provider.ts'
import { certificateNamed } from './officer-certificates.ts'
import { relyingPartyOf } from './passkeys.ts'

const TICKET = /^[A-Za-z0-9_-]{43}$/

/** Forces whose officers may sign in at their own provider. */
export const forcesWithSignOn = ({ identityProviders }: Context): readonly string[] =>
  identityProviders.map(({ force }) => force)

/** A force in an address: its name, without the slash. */
export const forceInPath = (force: string): string => force.replaceAll('/', '_')

/**
 * Begins a sign-in at a force's own provider. The browser keeps the ticket, and everything else follows from it and
 * our secret: so an answer counts in that browser alone, once, within ten minutes.
 * @throws {Refusal} not-found, sign-on-unavailable, sign-on-answer
 */
export async function beginSignOn(
  context: Context,
  inPath: string,
): Promise<{ readonly to: URL; readonly ticket: string }> {
  const door = doorOf(context, inPath)
  const ticket = drawNonce(context)
  const to = await door.begin(callbackOf(context, inPath), secretsOf(context, door.force, ticket))
  return { to, ticket: Buffer.from(ticket).toString('base64url') }
}

/**
 * The account of the officer whom his force's provider names. What he may do his certificate says, never a claim.
 * @param answer what the browser brought: its ticket, and the query
 * @throws {Refusal} not-found; sign-on-state; sign-on-unavailable, sign-on-answer; officer-unknown, officer-elsewhere;
 * key-waiting with the fact `untilSeconds`
 */
export async function signedOnOfficer(
  context: Context,
  inPath: string,
  answer: { readonly ticket: string; readonly state: string; readonly search: string },
): Promise<string> {
  const door = doorOf(context, inPath)
  demand(TICKET.test(answer.ticket), 'sign-on-state', 'this browser began no sign-in')
  const ticket = new Uint8Array(Buffer.from(answer.ticket, 'base64url'))
  const secrets = secretsOf(context, door.force, ticket)
  const [ours, theirs] = [Buffer.from(secrets.state), Buffer.from(answer.state)]
  const isOurs = ours.length === theirs.length && timingSafeEqual(ours, theirs)
  demand(isOurs, 'sign-on-state', 'the answer is to another sign-in')
  await useNonce(context, ticket).catch((error: unknown) => {
    throw error instanceof Refusal ? new Refusal('sign-on-state', error.message) : error
  })
  const url = new URL(callbackOf(context, inPath))
  url.search = answer.search
  const said = await door.finish(url, secrets)
  return accountOf(context, certificateNamed(context, door.force, said))
}

/** @throws {Refusal} not-found */
function doorOf({ identityProviders }: Context, inPath: string): IdentityProviderDoor {
  const door = identityProviders.find(({ force }) => forceInPath(force) === inPath)
  demand(door !== undefined, 'not-found', 'no force of this name signs in here')
  return door
}

/** Our one address to come back to: at the pages that the root document names for officers. */
function callbackOf(context: Context, inPath: string): string {
  const [origin = context.url] = relyingPartyOf(context, 'officer').origins
  return `${origin}/desk/sign-on/${inPath}/callback`
}

function secretsOf({ keys }: Context, force: string, ticket: Uint8Array): SignOnSecrets {
  const derived = (what: string) =>
    createHmac('sha256', keys.secret)
      .update(`sign-on ${what} ${force}\0`)
      .update(ticket)
      .digest('base64url')
  return { state: derived('state'), nonce: derived('nonce'), verifier: derived('verifier') }
}

/** That of the certificate's key; where its passkey was never shown here, one of the name alone. */
async function accountOf({ db, surroundings }: Context, { cert }: Link): Promise<string> {
  const known = await db
    .selectFrom('accounts')
    .leftJoin('passkeys', 'passkeys.account_id', 'accounts.id')
    .select('accounts.id')
    .where('accounts.kind', '=', 'officer')
    .where((is) =>
      is.or([
        is('passkeys.thumbprint', '=', thumbprint(cert.key)),
        is.and([is('accounts.name', '=', cert.sub), is('passkeys.credential', 'is', null)]),
      ]),
    )
    .orderBy('passkeys.credential')
    .limit(1)
    .executeTakeFirst()
  if (known !== undefined) return known.id
  const id = randomUUID()
  const at_ms = surroundings.clock()
  await db.insertInto('accounts').values({ id, kind: 'officer', name: cert.sub, at_ms }).execute()
  return id
}
