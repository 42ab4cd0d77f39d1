import { Refusal } from '../../core/index.ts'
import type { HandsAnswer } from '../../device/index.ts'
import { demandTrue, eventually } from '../steps.ts'

/** A phone somebody has in his hands: its doors for a person, and the folder a cable reaches. */
export class PhoneInHand {
  /** Where its hands listen. */
  readonly url: string
  readonly dir: string
  readonly imei: string
  readonly serial: string

  constructor(phone: Pick<PhoneInHand, 'url' | 'dir' | 'imei' | 'serial'>) {
    this.url = phone.url
    this.dir = phone.dir
    this.imei = phone.imei
    this.serial = phone.serial
  }

  /** @param body bytes go as they are, anything else as JSON; null: a question */
  async act(act: string, body: unknown): Promise<HandsAnswer> {
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body)
    const init = body === null ? {} : { method: 'POST', body: bytes }
    const answer = await fetch(`${this.url}/${act}`, init)
    return (await answer.json()) as HandsAnswer
  }

  /** What stands on its glass; null: it is off. */
  async screen(): Promise<HandsAnswer['screen']> {
    return (await this.act('screen', null)).screen
  }

  /** Waits until the glass shows it. @throws {Refusal} timeout */
  async until(kind: string): Promise<void> {
    await eventually(`the phone does not show ${kind}`, async () =>
      (await this.screen())?.kind === kind ? true : null,
    )
  }

  /** The code of the refusal. @throws {Refusal} wrong-state: nothing was refused */
  async refused(act: string, body: unknown): Promise<string> {
    const { ok, refusal } = await this.act(act, body)
    demandTrue(!ok && refusal !== undefined && refusal !== 'fatal', `${act} was not refused`)
    return refusal
  }

  async power(on: boolean): Promise<void> {
    await this.act('power', { on })
  }

  /** With whatever a thief does to it while it is off. */
  async whileOff(act: () => Promise<unknown>): Promise<void> {
    await this.power(false)
    try {
      await act()
    } finally {
      await this.power(true)
    }
  }
}

/** What a thief has on his table: the stolen phone, an honest neighbour's, and what he gathered before. */
export interface ThiefsBench {
  readonly stolen: PhoneInHand
  /** Its folder stands beside the stolen one's. */
  readonly honest: PhoneInHand
  /** A proved release of the stolen phone, of an earlier case. */
  readonly release: Uint8Array
  /** A proved order about another phone. */
  readonly foreign: Uint8Array
  /** Folder with a copy of the secure store, taken while the phone was free. */
  readonly image: string
  readonly edgeUrl: string
  readonly registryUrl: string
}

/** What came of a trick: the code of the refusal or the word of whoever refused, and what was seen. */
export interface Tried {
  readonly code: string
  readonly detail?: string
  /** Something of it could be used, though the stolen phone itself shows nothing of that. */
  readonly isUsable?: boolean
}

/** One trick of the playbook; numbers are those of docs/attacks.md. */
export interface Trick {
  /** Its name in addresses and forms. */
  readonly id: string
  readonly attack: string
  readonly name: string
  readonly attempt: (bench: ThiefsBench) => Promise<Tried>
}

export interface Outcome extends Tried {
  /** What the stolen phone showed afterwards. */
  readonly shows: string
  readonly isUsable: boolean
}

/** Tries, then looks whether the phone is of use to whoever holds it. */
export async function tryTrick(trick: Trick, bench: ThiefsBench): Promise<Outcome> {
  const tried = await trick.attempt(bench)
  const shows = (await bench.stolen.screen())?.kind ?? 'nothing'
  return { ...tried, shows, isUsable: tried.isUsable === true || shows === 'home' }
}

/** @throws {Refusal} wrong-state: it was of use, or no longer locked */
export function demandWorthless({ shows, isUsable }: Outcome): void {
  if (isUsable) throw new Refusal('wrong-state', 'the thief has something he can use')
  demandTrue(shows === 'stolen', `the phone shows ${shows}`)
}
