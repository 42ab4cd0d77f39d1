import { expect, test } from 'vitest'
import { signDraft } from '../src/cli/clients/drafts.ts'
import { FORCE } from '../src/cli/clients/officer.ts'
import { approveOwnerKey, proposeOwnerKey } from '../src/cli/clients/owner-keys.ts'
import {
  coseSign,
  distrustPayload,
  fromBase64,
  parseOrder,
  thumbprint,
  type Signer,
} from '../src/core/index.ts'
import { generateEs256 } from '../src/host/index.ts'
import { ask } from './ask.ts'
import { World } from './world.ts'

const DAY_MS = 86_400_000
test('A27 A59 the owner lost his key: a new one at the police counter, seven days, in the log', async () => {
  await using world = await World.boot()
  const { imei } = await world.enrolOne()
  const { caseId } = await world.lock({ imei })
  const [first, second] = world.founding.officers.map(({ signer }) => signer) as [Signer, Signer]
  const newOwner = generateEs256().signer
  const at = { caseId, force: world.force }
  await proposeOwnerKey(world.first, { caseId, basis: 'counter', officer: first, owner: newOwner })
  // The same officer twice is found out when the record is whole.
  await expect(approveOwnerKey(world.first, { ...at, officer: first })).rejects.toMatchObject({
    code: 'signer-set',
  })
  const { index } = await approveOwnerKey(world.second, { ...at, officer: second })
  expect(index).toBe(world.running.context.sequencer.ledger.size - 1)

  // The guardian is away, and mercy works all the same.
  await world.stopGuardian()
  const release = async () => {
    const draft = await world.first.release(caseId, 'returned', world.force)
    const signatures = [signDraft(draft, 1, newOwner)]
    return ask(world, { path: '/v1/signatures', body: { signatures } })
  }
  await expect(release()).resolves.toMatchObject({ code: 'owner-key' })
  await world.pass(7 * DAY_MS + 60_000)
  expect((await release()).json['results']).toMatchObject([{ state: 'logged' }])
  await world.audit() // register and phone: it lets its new owner in, and knows him
  expect(await world.probe.ask(imei)).toBe('WHITELISTED')
})

test('A52 a force is distrusted from the past: what its ancestor kept stays locked, the rest is freed', async () => {
  await using world = await World.boot()
  const [kept, freed] = await world.enrol(2)
  const first = await world.lock({ imei: kept!.imei })
  const second = await world.lock({ imei: freed!.imei })
  await world.audit()
  const { national, forceOrder } = world.founding
  const body = coseSign(
    'application/stolen-distrust+cbor',
    distrustPayload({
      key: thumbprint(forceOrder.signer.key),
      from: first.index,
      reason: 1,
      kept: [first.index],
      log: world.log.key.name,
    }),
    [national.signer],
  )
  await world.running.context.sequencer.submit({ kind: 'distrust', body })
  await world.settle()
  expect(await world.probe.ask(kept!.imei)).toBe('BLACKLISTED')
  expect(await world.probe.ask(freed!.imei)).toBe('WHITELISTED')
  expect(await world.stateOf(freed!.imei)).toBe('protected')
  const draft = await world.first.draft(second.caseId, { act: 'lock' })
  const signatures = [signDraft(draft, FORCE, world.force)]
  expect(await ask(world, { path: '/v1/signatures', body: { signatures } })).toMatchObject({
    code: 'distrusted',
  })

  // The phone obeyed before it was void: authority and owner tell it so, as an error.
  expect(freed!.phone.screen()?.kind).toBe('stolen')
  const undone = await ask(world, { path: '/v1/void-locks', body: {}, by: national.signer })
  const [lock] = undone.json['locks'] as {
    index: number
    release: { id: string; payload: string }
  }[]
  expect(lock!.index).toBe(second.index)
  const payload = fromBase64(lock!.release.payload)
  const read = { ...draft, id: lock!.release.id, payload, order: parseOrder(payload) }
  const signed = await ask(world, {
    path: '/v1/signatures',
    body: {
      signatures: [signDraft(read, 0, national.signer), signDraft(read, 1, freed!.ownerKey)],
    },
  })
  expect(signed.json['results']).toMatchObject([{ state: 'logged' }])
  await world.audit()
  expect(freed!.phone.screen()?.kind).not.toBe('stolen')
})
