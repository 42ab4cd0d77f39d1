import {
  Refusal,
  decodePartList,
  partRefused,
  sha256,
  stolenUnder,
  type RefusalCode,
} from '../../../core/index.ts'
import { LAW, type Law } from '../../../device/index.ts'
import { parseCarried } from '../../../wire/index.ts'
import type { BrokenDevice } from './parts.ts'

/** The law of lists, but for one refusal. */
function opens(code: RefusalCode): Partial<Law> {
  return {
    openList: (bytes, trust, receiver) => {
      try {
        return LAW.openList(bytes, trust, receiver)
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== code) throw error
        const carried = parseCarried(bytes)
        const list = decodePartList(carried.list)
        return { list, now: 0, treeSize: list.treeSize, hash: sha256(carried.list) }
      }
    },
  }
}

const list = (
  name: string,
  says: string,
  code: RefusalCode,
  ...fails: readonly string[]
): BrokenDevice => ({ name, says, fails, parts: () => ({ law: opens(code) }) })

/** Wrong about the list of stolen parts. */
export const BROKEN_PART_LISTS: readonly BrokenDevice[] = [
  {
    name: 'list-ignored',
    says: 'carries a list and looks nothing up in it',
    fails: [
      'SM-PRT-040',
      'SM-PRT-042',
      'SM-PRT-043',
      'SM-PRT-044',
      'SM-PRT-046',
      ...['050', '051', '052', '053', '054', '055', '056'].map((number) => `SM-PRT-${number}`),
      'SM-PRT-060',
      'SM-PRT-061',
    ],
    parts: () => ({
      law: {
        fitPart: (fitted, known) =>
          LAW.fitPart(fitted, { ...known, carried: () => Promise.resolve(null) }),
      },
    }),
  },
  {
    name: 'list-over-binding',
    says: 'gives up a part of its own that a list names',
    fails: ['SM-PRT-045'],
    parts: () => ({
      law: {
        fitPart: async (fitted, known) => {
          const bound = await LAW.fitPart(fitted, known)
          const carried = await known.carried()
          if (carried && stolenUnder(carried, bound.part) !== null)
            throw partRefused('donor-stolen', 'the list says so')
          return bound
        },
      },
    }),
  },
  list('list-strangers', 'believes a list of anybody', 'chain', 'SM-PRT-050'),
  list('list-makers', 'believes a list of anybody the root knows', 'signer-set', 'SM-PRT-051'),
  list('list-unguarded', 'believes a list without guardians', 'guardian-quorum', 'SM-PRT-052'),
  list('list-unseen', 'believes a list that nobody has seen', 'witness-quorum', 'SM-PRT-053'),
  list('list-abroad', 'believes a list of another log', 'log-unknown', 'SM-PRT-054'),
  list('list-other-tree', 'believes a list of another tree', 'not-included', 'SM-PRT-055'),
  list('list-unsigned', 'believes a list its head does not name', 'snapshot-hash', 'SM-PRT-056'),
  list('list-went-back', 'takes an older list for a newer one', 'tree-went-back', 'SM-PRT-046'),
]
