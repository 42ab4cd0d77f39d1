import { demandTrue } from '../steps.ts'
import type { Trick } from './bench.ts'

const REBOOTS = 10
/** A watched passcode, and a finger that was forced onto the glass. */
const WATCHED = { passcode: true, biometric: true }

/** With nothing but fingers. */
export const AT_THE_GATE: readonly Trick[] = [
  {
    id: 'reboot',
    attack: 'A02',
    name: `switched off and on, ${REBOOTS} times`,
    attempt: async ({ stolen }) => {
      for (let i = 0; i < REBOOTS; i++) {
        await stolen.power(false)
        const { screen } = await stolen.act('power', { on: true })
        demandTrue(screen?.kind === 'stolen', `booted into ${screen?.kind ?? 'nothing'}`)
      }
      return { code: 'stolen', detail: 'the gate stands before anything else' }
    },
  },
  {
    id: 'dialler',
    attack: 'A33',
    name: 'out through the dialler',
    attempt: async ({ stolen }) => {
      const emergency = await stolen.act('call', { number: '112' })
      demandTrue(emergency.ok, '112 did not connect')
      await stolen.act('hang-up', {})
      const code = await stolen.refused('call', { number: '020 7946 0000' })
      return { code, detail: '112 connects, nothing else does' }
    },
  },
  {
    id: 'unlock',
    attack: 'A03',
    name: 'opened with the watched passcode and a forced finger',
    attempt: async ({ stolen }) => ({ code: await stolen.refused('unlock', WATCHED) }),
  },
  {
    id: 'menu-reset',
    attack: 'A03',
    name: 'erased from the menu',
    attempt: async ({ stolen }) => ({
      code: await stolen.refused('reset', { how: 'menu', ...WATCHED }),
    }),
  },
  {
    id: 'waiting-reset',
    attack: 'A06',
    name: 'a reset asked for, to wait out',
    attempt: async ({ stolen }) => ({
      code: await stolen.refused('ask', { act: 'reset', ...WATCHED }),
    }),
  },
  {
    id: 'protection-off',
    attack: 'A03',
    name: 'protection switched off',
    attempt: async ({ stolen }) => ({
      code: await stolen.refused('protection', { on: false, ...WATCHED }),
    }),
  },
  {
    id: 'clock',
    attack: 'A05',
    name: 'its clock set ten years ahead, then ten years back',
    attempt: async ({ stolen }) => {
      for (const years of [10, -10]) {
        await stolen.act('clock', { years })
        await stolen.whileOff(() => Promise.resolve())
        await stolen.until('stolen')
      }
      await stolen.act('clock', { years: 0 })
      return { code: 'stolen', detail: 'a lock has no end, and no clock of the phone is asked' }
    },
  },
  {
    id: 'recovery-wipe',
    attack: 'A07, A09',
    name: 'erased by recovery mode, then set up as new',
    attempt: async ({ stolen }) => {
      await stolen.act('reset', { how: 'recovery-wipe' })
      return { code: await stolen.refused('activate', {}) }
    },
  },
]
