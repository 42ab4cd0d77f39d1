import { call } from '../../host/index.ts'
import { CheckAnswer } from '../../wire/index.ts'
import { demandTrue } from '../steps.ts'
import type { Trick } from './bench.ts'

/** Where somebody would pay for it. */
export const ON_THE_MARKET: readonly Trick[] = [
  {
    id: 'network',
    attack: 'A20',
    name: 'taken to a network',
    attempt: async ({ stolen, edgeUrl }) => {
      const { attached } = await stolen.act('attach', { edge: edgeUrl, slot: 0 })
      demandTrue(attached?.admitted === false, 'a network let it in')
      return { code: attached.answer ?? 'refused' }
    },
  },
  {
    id: 'dealer',
    attack: 'A21',
    name: 'offered to a dealer, who looks it up',
    attempt: async ({ stolen, registryUrl: base }) => {
      const body = { serial: stolen.serial }
      const { state } = await call({
        method: 'POST',
        base,
        path: '/v1/checks',
        body,
        answer: CheckAnswer,
      })
      demandTrue(state === 'stolen', `the check says ${state}`)
      return { code: state }
    },
  },
]
