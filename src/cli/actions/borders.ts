import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BORDERS_PHONES, BordersStory } from '../borders-story.ts'
import { BordersWorld } from '../borders-world.ts'
import { EXIT, bad, good, print, say } from '../out.ts'
import type { Step } from '../../sim/index.ts'
import { stepLine } from './demo.ts'

interface Options {
  readonly json?: boolean
}

export async function borders({ json = false }: Options): Promise<void> {
  process.exitCode = await play(json)
}

async function play(json: boolean): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-borders-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  const world = await BordersWorld.plan(folder, 'error')
  const interrupt = () =>
    void world.close().finally(() => remove().then(() => process.exit(EXIT.interrupted)))
  process.once('SIGINT', interrupt)
  try {
    say('Starting three countries: registries, guardians, networks, one witness, one phone …')
    await world.start(BORDERS_PHONES)
    const story = new BordersStory(
      world,
      (step: Step) => json || print(false, null, stepLine(step)),
    )
    try {
      const ok = await story.play()
      const summary = ok ? good('Every step held.') : bad('Something did not hold.')
      print(json, { ok, steps: story.steps }, `\n${summary}`)
      return ok ? EXIT.done : EXIT.failed
    } finally {
      story.close()
    }
  } finally {
    process.off('SIGINT', interrupt)
    await world.close()
    await remove()
  }
}
