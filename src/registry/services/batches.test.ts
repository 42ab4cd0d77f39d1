import { expect, test } from 'vitest'
import { ask } from '../../../test/ask.ts'
import { describeOnEachEngine } from '../../../test/database.ts'
import { World, imeiNumber } from '../../../test/world.ts'

describeOnEachEngine('an imported list', (open) => {
  test('is one officer to import, another to approve, and grows no more once it is complete', async () => {
    await using world = await World.boot({ database: await open() })
    const [first, second] = world.founding.officers.map(({ signer }) => signer)
    const file = {
      source: 'list.csv',
      fileHash: 'ab'.repeat(32),
      kind: 'full',
      rows: 2,
      setAside: 0,
      why: 'theft',
      prefix: null,
      shrinkReason: null,
    }
    const begun = await ask(world, { path: '/v1/batches', body: file, by: first! })
    expect((await ask(world, { path: '/v1/batches', body: file, by: second! })).json).toEqual(
      begun.json,
    )
    const path = `/v1/batches/${String(begun.json['id'])}`
    const row = (n: number) => ({ row: n, imei: imeiNumber(n), claim: 'locked' })
    const send = (what: string, body: object, by = first!) =>
      ask(world, { path: path + what, body, by })
    expect((await send('/rows', { rows: [row(1), row(1)] })).code).toBe('malformed')
    expect((await send('/rows', { rows: [row(1)] }, second!)).code).toBe('forbidden')
    expect((await send('/rows', { rows: [row(1)] })).status).toBe(200)
    expect((await send('/completion', {})).code).toBe('import-incomplete')
    expect((await send('/approval', { reason: 'x' }, second!)).code).toBe('import-incomplete')
    expect((await send('/rows', { rows: [row(1), row(2)] })).json['rows']).toMatchObject([
      { row: 1, result: 'proposed' },
      { row: 2, result: 'proposed' },
    ])
    expect((await send('/completion', {}, second!)).code).toBe('forbidden')
    expect((await send('/completion', {})).json).toMatchObject({ cases: { proposed: 2 } })
    expect((await send('/rows', { rows: [row(3)] })).code).toBe('import-incomplete')
    expect((await send('/approval', { reason: 'x' })).code).toBe('same-officer')
    expect((await send('/approval', { reason: null }, second!)).code).toBe('import-mass-change')
    expect((await send('/approval', { reason: 'a theft' }, second!)).json).toMatchObject({
      state: 'approved',
    })
    expect((await send('/rows', { rows: [row(3)] })).code).toBe('import-incomplete')
    const shorter = { ...file, fileHash: 'cd'.repeat(32), rows: 1 }
    expect((await ask(world, { path: '/v1/batches', body: shorter, by: first! })).code).toBe(
      'import-shrinks',
    )
    expect(await world.stateOf(imeiNumber(1))).toBe('protected')
  })
})
