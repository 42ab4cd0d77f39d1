import type { WaitingAct } from '../../core/index.ts'
import { WaitAnswer } from '../../wire/index.ts'
import { print } from '../out.ts'
import { sitDown, type Common } from './officer.ts'

type AtCounter = Common & { readonly serial: string }

/** The second factor of an act that waits: the officer has seen who the person is. */
export async function confirmOwner(options: AtCounter & { act: WaitingAct }): Promise<void> {
  const { desk } = await sitDown(options, 'officer-1')
  const { act, serial } = options
  const answer = await desk.post('/v1/counter-confirmations', { act, serial }, WaitAnswer)
  print(options.json ?? false, answer, `Confirmed: ${act} waits until ${answer.readyAt}.`)
}

export async function stopForOwner({ serial, ...options }: AtCounter): Promise<void> {
  const { desk } = await sitDown(options, 'officer-1')
  const answer = await desk.post('/v1/counter-cancellations', { serial }, WaitAnswer)
  print(options.json ?? false, answer, `Stopped: ${answer.act}.`)
}
