import { basename } from 'node:path'
import type { PartType } from '../../core/index.ts'
import { demandTrue } from '../steps.ts'
import type { ThiefsBench, Trick } from './bench.ts'

/** What a stripper sells first. */
const STRIPPED: readonly PartType[] = ['display', 'battery']

const sold = (type: PartType): Trick => ({
  id: `part-${type}`,
  attack: 'A16',
  name: `its ${type} sold into another phone`,
  attempt: async (bench) => {
    const { honest } = bench
    return swapped(bench, [type], async () => {
      await honest.until('restricted')
      const { refusal = 'not refused', screen } = await honest.act('part/pair', { type })
      if (screen?.kind === 'home') return { code: refusal, isUsable: true }
      demandTrue(screen?.kind === 'restricted', `a stolen ${type} was taken in`)
      const [part] = screen.parts
      return { code: refusal, detail: `“${part?.text ?? ''}”; with its own that phone works again` }
    })
  },
})

/** Piece by piece. */
export const AS_SPARE_PARTS: readonly Trick[] = [
  ...STRIPPED.map(sold),
  {
    id: 'board',
    attack: 'A15',
    name: `its board in another case, with ${STRIPPED.join(' and ')}`,
    attempt: (bench) =>
      swapped(bench, STRIPPED, async () => {
        await bench.stolen.until('stolen')
        const codes = []
        for (const type of STRIPPED) codes.push(await bench.stolen.refused('part/pair', { type }))
        return {
          code: [...new Set(codes)].join(', '),
          detail: 'the board is the phone, and stolen',
        }
      }),
  },
]

/** Between the two phones, for as long as `look` lasts; the honest one works again afterwards. */
async function swapped<T>(
  bench: ThiefsBench,
  types: readonly PartType[],
  look: () => Promise<T>,
): Promise<T> {
  await swap(bench, types)
  try {
    return await look()
  } finally {
    await swap(bench, types)
    await bench.honest.until('home')
  }
}

/** With a screwdriver, so both phones are off: parts answer when they boot, and every hour. */
async function swap({ stolen, honest }: ThiefsBench, types: readonly PartType[]): Promise<void> {
  const there = basename(stolen.dir)
  await stolen.whileOff(() =>
    honest.whileOff(async () => {
      for (const type of types) {
        const { ok } = await honest.act('part/swap', { type, there })
        demandTrue(ok, `each ${type} could not be put into the other phone`)
      }
    }),
  )
}
