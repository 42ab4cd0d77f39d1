import { z } from 'zod'

const size = z.number().int().nonnegative()

/** What can be had of one list: its newest snapshot, and the deltas kept, oldest first. */
const OfList = z.object({
  list: z.union([z.literal(1), z.literal(2)]),
  snapshot: z.object({
    size,
    /** Signed note, as is each head. */
    head: z.string(),
  }),
  deltas: z.array(z.object({ from: size, to: size, head: z.string() })),
})

/** Lists of refused and watched numbers as of one tree, with the checkpoint of that tree. */
export const ListsAnswer = z.object({
  /** Verifier key of the heads, as a signed note has it. */
  key: z.string(),
  size,
  note: z.string(),
  lists: z.array(OfList).length(2),
})
export type ListsAnswer = z.infer<typeof ListsAnswer>
