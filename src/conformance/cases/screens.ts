import type { Case, Step } from '../case.ts'
import { INTO } from './boot.ts'

export const SCREENS: readonly Case[] = [
  {
    id: 'SM-SCR-001',
    level: 'must',
    title: 'a held phone says who holds it, by which entry, until when, and how to object',
    demands: [9],
    attacks: [24],
    given: 'set-up',
    steps: [
      ...INTO.held,
      { do: 'look', shows: { authority: 'intake', order: 'hold', until: 'hold', appeal: true } },
      { do: 'reboot', shows: { authority: 'intake', order: 'hold', until: 'hold', appeal: true } },
    ],
  },
  {
    id: 'SM-SCR-002',
    level: 'must',
    title: 'a stolen phone says who locked it, by which entry, and how to object',
    demands: [8, 9],
    attacks: [24],
    given: 'set-up',
    steps: [
      ...INTO.stolen,
      { do: 'look', shows: { authority: 'force', order: 'lock', appeal: true } },
      { do: 'reboot', shows: { authority: 'force', order: 'lock', appeal: true } },
    ],
  },
  {
    id: 'SM-SCR-003',
    level: 'must',
    title: 'a recovered phone says who found it',
    demands: [8],
    attacks: [24],
    given: 'set-up',
    steps: [
      ...INTO.recovered,
      { do: 'look', shows: { authority: 'force', order: 'lock', appeal: true } },
    ],
  },
  {
    id: 'SM-SCR-004',
    level: 'must',
    title: 'a retired phone says by which entry',
    demands: [9],
    attacks: [],
    given: 'set-up',
    steps: [
      ...INTO.retired,
      { do: 'look', shows: { authority: 'force', order: 'retire', appeal: true } },
    ],
  },
  {
    id: 'SM-SCR-010',
    level: 'should',
    title: 'a stolen phone shows the telephone number of whoever locked it',
    demands: [8, 9],
    attacks: [24],
    given: 'set-up',
    steps: [...INTO.stolen, { do: 'glass', language: 'en', glass: { telephone: true } }],
  },
  {
    id: 'SM-SCR-011',
    level: 'should',
    title: 'a stolen phone shows a code by which a bench knows it, without opening it',
    demands: [8],
    attacks: [12],
    given: 'set-up',
    steps: [...INTO.stolen, { do: 'glass', language: 'en', glass: { code: 'lock' } }],
  },
  {
    id: 'SM-SCR-012',
    level: 'should',
    title: 'a stolen phone speaks to whoever finds it in seven languages',
    demands: [8, 9],
    attacks: [],
    given: 'set-up',
    steps: [
      ...INTO.stolen,
      ...['es', 'pt-BR', 'fr', 'ar', 'zh-Hans', 'ja'].map((language): Step => {
        return { do: 'glass', language, glass: { translated: true } }
      }),
    ],
  },
  {
    id: 'SM-SCR-013',
    level: 'may',
    title: 'a held phone, too, shows a code by which a bench knows it',
    demands: [8],
    attacks: [],
    given: 'set-up',
    steps: [...INTO.held, { do: 'glass', language: 'en', glass: { code: 'hold' } }],
  },
]
