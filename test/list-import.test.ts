import { expect, test } from 'vitest'
import type { z } from 'zod'
import { importList } from '../src/cli/clients/list-import.ts'
import { OfficerDesk } from '../src/cli/clients/officer.ts'
import { toHex } from '../src/core/index.ts'
import { BatchRowsAnswer } from '../src/wire/index.ts'
import { World, imeiNumber } from './world.ts'

/** A registry that answers each row of a list with the draft of another. */
class WrongDrafts extends OfficerDesk {
  override async post<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T> {
    const said = await super.post(path, body, answer)
    if (!path.endsWith('/rows')) return said
    const { rows } = BatchRowsAnswer.parse(said)
    const drafts = rows.map(({ draft }) => draft)
    return answer.parse({
      rows: rows.map((row, i) => ({ ...row, draft: drafts[(i + 1) % drafts.length] })),
    })
  }
}

test('an officer’s program signs no draft about another number than the list’s', async () => {
  await using world = await World.boot()
  await world.stopEdge()
  const officer = world.founding.officers[0]!.signer
  const imeis = [1, 2].map(imeiNumber)
  const list = {
    source: 'list.csv',
    kind: 'full',
    fileHash: toHex(new Uint8Array(32)),
    rows: imeis.map((imei, i) => ({ line: i + 2, imei, claim: 'locked' as const })),
    refused: [],
  } as const
  const progress = () => ({ advance: () => undefined, stop: () => undefined })
  const work = { officer, list, why: 'theft', prefix: null, shrinkReason: null, progress } as const
  const desk = new WrongDrafts(world.registryUrl, officer, world.surroundings.clock)
  await expect(importList({ ...work, desk })).rejects.toMatchObject({ code: 'fields' })
  const drafts = await world.database.db.selectFrom('drafts').select('signatures').execute()
  expect(drafts.map(({ signatures }) => signatures)).toEqual([{}, {}])
  const { results } = await importList({ ...work, desk: world.first })
  expect(results).toEqual({ proposed: 2 })
})
