import { generateEs256 } from '../host/index.ts'
import { AdapterFault } from './adapter-link.ts'
import { carryList } from './carry-list.ts'
import type { Case, Step } from './case.ts'
import { issue } from './issue.ts'
import { judge, orderNamed, type Asked, type Miss } from './judge.ts'
import type { Ask } from './protocol.ts'
import { sell } from './sell.ts'
import type { Seen, Stage } from './stage.ts'
import { toBase64, toHex, type PartType } from '../core/index.ts'

/** A step that was not as it must be, counted from 1. */
export interface Missed extends Miss {
  readonly step: number
  readonly what: string
}

/** Plays a case on a prepared stage. Null: all was seen that must be. @throws {AdapterFault} */
export async function play(stage: Stage, { steps }: Case): Promise<Missed | null> {
  for (const [i, step] of steps.entries()) {
    const miss = await playStep(stage, step)
    if (miss) return { step: i + 1, what: describe(step), ...miss }
  }
  return null
}

function describe(step: Step): string {
  switch (step.do) {
    case 'issue':
      return `issue ${step.act}`
    case 'deliver':
      return `deliver ${step.order}`
    case 'thief':
      return step.move
    case 'power':
      return `power ${step.to}`
    case 'reset':
      return `reset from ${step.how}`
    default:
      return step.do
  }
}

async function playStep(stage: Stage, step: Step): Promise<Miss | null> {
  const { log, played, orders } = stage
  const { registry, world } = played
  switch (step.do) {
    case 'issue': {
      const { ids } = stage
      const of = step.of === undefined ? {} : { of: orderNamed(stage, step.of).index }
      const owner = stage.person(step.owner ?? 'owner').signer
      const issued = await issue(world, log, step, { ids, owner, ...of })
      orders.set(step.as, issued)
      if (step.told) {
        registry.told.push(issued)
        registry.waits.stop() // any order ends what waits
      }
      return null
    }
    case 'sell': {
      const { from, to, bend } = step
      const about = { dak: stage.dak, seller: stage.person(from), buyer: stage.person(to) }
      const proof = await sell(world, log, about, bend)
      stage.sales.set(step.as, proof)
      if (step.told) registry.sales.push(proof)
      return null
    }
    case 'log-time':
      log.now += step.seconds
      return null
    case 'network':
      await (step.is === 'up' ? registry.up() : registry.down())
      return null
    case 'owner':
      if (step.says === 'confirm') registry.waits.confirm()
      else registry.waits.stop()
      return null
    case 'registry':
      registry.lie = step.lies
      return null
    case 'part': {
      const part = stage.parts.craft(step.as, step.type, step.from)
      part.isCopied = step.copied ?? false
      return null
    }
    case 'donor':
      stage.parts.befall(step.of, step.is)
      return null
    case 'part-release':
      stage.parts.release(step.as, step.of, step.by ?? 'owner')
      stage.parts.named(step.of).isSpent = step.spent ?? false
      return null
    case 'part-list': {
      const prints = step.names.map((name) => stage.printOf('display', name))
      const list = carryList(world, log, prints, step.bend)
      stage.parts.keepList(step.as, list)
      if (step.told) registry.list = list
      return null
    }
    default:
      return askStep(stage, step)
  }
}

async function askStep(stage: Stage, step: Asked): Promise<Miss | null> {
  const asks = await asksOf(stage, step)
  let seen: Seen | null = null
  for (const ask of asks) {
    seen = await stage.ask(ask)
    const { unable, lines = [] } = seen.answer
    if (ask.do === 'glass' && ask.language === 'en') stage.english = lines
    if (unable && ask.do !== 'thief' && ask.do !== 'cut')
      throw new AdapterFault(`cannot ${ask.do}, which every device can`)
  }
  return seen && judge(step, seen, stage)
}

/** The same step in the protocol's words, with what was drawn for it. */
async function asksOf(stage: Stage, step: Asked): Promise<readonly Ask[]> {
  const { played, log } = stage
  switch (step.do) {
    case 'reboot':
      return Array.from({ length: step.times ?? 1 }, () => [
        { do: 'power' as const, to: 'off' as const },
        { do: 'power' as const, to: 'on' as const },
      ]).flat()
    case 'enrol':
      return [await stage.enrolment(step.owner === 'another' ? generateEs256() : stage.owner)]
    case 'deliver':
      return [{ do: 'deliver', bundle: toBase64(orderNamed(stage, step.order).bundle) }]
    case 'hand-over':
      return [{ do: 'hand-over', sale: toBase64(stage.sales.get(step.sale)!) }]
    case 'unlock':
      return [{ do: 'unlock', ...shown(step) }]
    case 'ask':
      return [{ do: 'ask', act: step.act, ...shown(step) }]
    case 'protection':
      return [{ do: 'protection', on: step.on, ...shown(step) }]
    case 'attach':
      played.register.answer = step.answer
      return [{ do: 'attach', slot: step.slot, emergency: step.emergency ?? false }]
    case 'clock':
      return [{ do: 'clock', at: log.now + step.off }]
    case 'keep':
      stage.kept = toHex(played.world.random(12))
      return [{ do: 'keep', text: stage.kept }]
    case 'thief':
      return [
        step.move === 'imei-write'
          ? { do: 'thief', move: step.move, imei: stage.ids.imeis[0]!.replace(/.$/, rolled) }
          : { do: 'thief', move: step.move },
      ]
    case 'fit':
      return opened([fitted(stage, step.type, step.part)])
    case 'fit-all':
      return opened(
        stage.partTypes.map((type) => {
          if (step.parts === 'own') return fitted(stage, type, 'own')
          stage.parts.craft(type, type, 'spare')
          return fitted(stage, type, type)
        }),
      )
    case 'pair': {
      const release = step.release && toBase64(stage.parts.releaseNamed(step.release))
      return [{ do: 'pair', type: step.type, ...(release && { release }) }]
    }
    case 'give':
      return [{ do: 'give', type: step.type, owner: stage.owner.pem }]
    case 'take-list':
      return [{ do: 'part-list', list: toBase64(stage.parts.listNamed(step.list)) }]
    case 'glass':
      return [
        { do: 'glass', language: 'en' },
        { do: 'glass', language: step.language },
      ]
    case 'place':
      return [{ do: 'place', home: step.home }]
    case 'power':
      return [{ do: 'power', to: step.to }]
    case 'reset':
      return [{ do: 'reset', how: step.how, ...shown(step) }]
    case 'call':
      return [{ do: 'call', number: step.number }]
    case 'run':
      return [{ do: 'run', seconds: step.seconds }]
    case 'cut':
      return [{ do: 'cut', writes: step.writes }]
    default:
      return [{ do: step.do }]
  }
}

const shown = ({ with: factors = [] }: { readonly with?: readonly string[] }) => ({
  passcode: factors.includes('passcode'),
  biometric: factors.includes('biometric'),
  sms: factors.includes('sms'),
})

/** With a screwdriver: off before, on again after. */
const opened = (asks: readonly Ask[]): readonly Ask[] => [
  { do: 'power', to: 'off' },
  ...asks,
  { do: 'power', to: 'on' },
]

function fitted(stage: Stage, type: PartType, part: string): Ask {
  if (part === 'own' || part === 'number' || part === 'answer')
    return { do: 'fit', type, what: part }
  const { pem, origin } = stage.parts.named(part)
  return { do: 'fit', type, what: 'other', key: pem, origin: toBase64(origin) }
}

const rolled = (digit: string) => String((Number(digit) + 1) % 10)
