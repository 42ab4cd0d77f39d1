import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { coseKey, encodeCbor, kidOf, thumbprint, type PublicKey } from '../../core/index.ts'
import { generateEs256 } from '../../host/index.ts'
import { openSession } from '../../registry/index.ts'
import type { LogUnderTest } from './log-under-test.ts'

/** Looks and acts in the force's trail. */
const TRAIL = 100_000

/** Two people who are signed in, as cookies, and the case that the officer has taken. */
export interface SignedInPeople {
  readonly officer: string
  readonly owner: string
  readonly caseId: string
}

/**
 * A busy force's desk, as rows: every hold reported, every second report with a case, one of them taken, and a long
 * trail; and an owner with one phone.
 * @param device of that phone, by its number's place among the made ones
 */
export async function fillPeople(world: LogUnderTest, device: number): Promise<SignedInPeople> {
  const { registry, founding } = world
  const { db, sequencer, surroundings } = registry.context
  const now = surroundings.clock()
  const [link] = sequencer.ledger.authorities.ofKey(kidOf(founding.officers[0]!.signer.key))
  const { sub, iss } = link!.cert
  await sql`insert into reports (id, reference, subject_id, at_ms, proof, why, hold_index, force)
    select gen_random_uuid(), 'SM-' || lpad(log_index::text, 8, '0'), subject_id, ${now}, 'card', 1, log_index, ${iss}
    from orders where act = 'hold'`.execute(db)
  await sql`insert into cases (id, force, crime_reference, case_salt, subject_id, why, state, report_id, at_ms)
    select gen_random_uuid(), ${iss}, 'BENCH/' || hold_index, sha256(reference::bytea), subject_id, 1, 'open', id, ${now}
    from reports where hold_index % 2 = 0`.execute(db)
  await sql`insert into audit (id, at_ms, who, force, action, case_id, subject_id)
    select gen_random_uuid(), ${now}::bigint - n * 60000, ${sub} || (n % 40), ${iss}, 'case.view', c.id, c.subject_id
    from generate_series(1::bigint, ${TRAIL}) n
    join (select id, subject_id, row_number() over () as i from cases) c on c.i = 1 + n % 400`.execute(
    db,
  )
  const { id: caseId } = await db
    .selectFrom('cases')
    .select('id')
    .limit(1)
    .executeTakeFirstOrThrow()
  const taking = { case_id: caseId, officer: sub, until_ms: now + 3_600_000 }
  await db.insertInto('case_takings').values(taking).execute()
  const { key } = generateEs256().signer
  await sql`update devices set owner_key = ${encodeCbor(coseKey(key))}, owner_thumbprint = ${thumbprint(key)}
    where id = sha256(${String(device)}::bytea)`.execute(db)
  return {
    officer: await signedIn(world, 'officer', sub, founding.officers[0]!.signer.key),
    owner: await signedIn(world, 'owner', 'Bench', key),
    caseId,
  }
}

async function signedIn(
  { registry: { context } }: LogUnderTest,
  kind: 'officer' | 'owner',
  name: string,
  key: PublicKey,
): Promise<string> {
  const id = randomUUID()
  const at_ms = context.surroundings.clock()
  await context.db.insertInto('accounts').values({ id, kind, name, at_ms }).execute()
  const passkey = {
    credential: randomBytes(16).toString('base64url'),
    account_id: id,
    key: encodeCbor(coseKey(key)),
    thumbprint: thumbprint(key),
    counter: 0,
    label: 'bench',
    at_ms,
  }
  await context.db.insertInto('passkeys').values(passkey).execute()
  const { token } = await openSession(context, id)
  return `__Host-session=${token}`
}
