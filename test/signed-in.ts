import { randomBytes, randomUUID } from 'node:crypto'
import { coseKey, encodeCbor, thumbprint, type PublicKey } from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { openSession } from '../src/registry/index.ts'
import { Pages } from './pages.ts'
import type { World } from './world.ts'

/** A browser in which the holder of this owner's key, or of one that owns nothing, is signed in. */
export async function signedIn(world: World, key: PublicKey = generateEs256().signer.key) {
  const { context } = world.running
  const account = randomUUID()
  const at_ms = context.surroundings.clock()
  const person = { id: account, kind: 'owner', name: 'Sam', at_ms } as const
  await context.db.insertInto('accounts').values(person).execute()
  await context.db
    .insertInto('passkeys')
    .values({
      credential: randomBytes(16).toString('base64url'),
      account_id: account,
      key: encodeCbor(coseKey(key)),
      thumbprint: thumbprint(key),
      counter: 0,
      label: 'test',
      at_ms,
    })
    .execute()
  const { token } = await openSession(context, account)
  return { pages: new Pages(world.running).useSession(token), account }
}
