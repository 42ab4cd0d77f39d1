import { Constellation } from '../constellation.ts'
import { policeOf } from '../demo-story.ts'
import { EXIT, bad, good, print, say } from '../out.ts'
import type { Step } from '../../sim/index.ts'
import { temporaryConfig } from '../temporary.ts'
import { THIEF_PHONES, ThiefStory } from '../thief-story.ts'
import { stepLine } from './demo.ts'

interface Options {
  readonly json?: boolean
}

export async function thief({ json = false }: Options): Promise<void> {
  process.exitCode = await play(json)
}

async function play(json: boolean): Promise<number> {
  const temporary = await temporaryConfig('error')
  const world = new Constellation(temporary.config)
  const interrupt = () =>
    void world.close().finally(() => temporary.remove().then(() => process.exit(EXIT.interrupted)))
  process.once('SIGINT', interrupt)
  try {
    say('Starting registry, witness, guardian, operator, status signer and two phones …')
    await world.start({ phones: THIEF_PHONES, switchedOn: THIEF_PHONES })
    const tell = (step: Step) => json || print(false, null, stepLine(step))
    const story = new ThiefStory(world, await policeOf(world), tell)
    const ok = await story.play()
    const { usable, attempts } = story
    const summary = `${attempts} attempts, usable afterwards: ${usable}`
    print(
      json,
      { ok, usable, attempts, steps: story.steps },
      `\n${ok ? good(summary) : bad(summary)}`,
    )
    return ok ? EXIT.done : EXIT.failed
  } finally {
    process.off('SIGINT', interrupt)
    await world.close()
    await temporary.remove()
  }
}
