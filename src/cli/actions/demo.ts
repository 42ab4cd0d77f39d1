import { parseImei14 } from '../../core/index.ts'
import { Constellation } from '../constellation.ts'
import { Story, percentile, policeOf, timeTheft } from '../demo-story.ts'
import { EXIT, bad, good, print, say, strong } from '../out.ts'
import { progressBar } from '../progress.ts'
import { RegisterProbe, type Step } from '../../sim/index.ts'
import { temporaryConfig } from '../temporary.ts'

interface Options {
  readonly thefts: number
  readonly json?: boolean
}

const TARGET_P99_MS = 2_000

export async function demo({ thefts, json = false }: Options): Promise<void> {
  process.exitCode = await play(json, thefts)
}

async function play(json: boolean, thefts: number): Promise<number> {
  const temporary = await temporaryConfig('error')
  const world = new Constellation(temporary.config)
  const interrupt = () =>
    void world.close().finally(() => temporary.remove().then(() => process.exit(EXIT.interrupted)))
  process.once('SIGINT', interrupt)
  try {
    say('Starting registry, witness, guardian, operator and phones …')
    await world.start({ phones: thefts + 1, switchedOn: 1 })
    const probe = new RegisterProbe(world.edgeUrl)
    const police = await policeOf(world)
    const tell = (step: Step) => json || print(false, null, stepLine(step))
    const story = new Story(world, police, probe, tell)
    const held = await story.play()
    const times = await timed(world, police, probe, thefts)
    probe.close()
    const latency = {
      thefts: times.length,
      p50: Math.round(percentile(times, 0.5)),
      p99: Math.round(percentile(times, 0.99)),
      max: Math.round(Math.max(...times)),
      targetP99: TARGET_P99_MS,
    }
    const ok = held && latency.p99 <= TARGET_P99_MS
    const summary = `signed → BLACKLISTED over ${latency.thefts} thefts: p50 ${latency.p50} ms, p99 ${latency.p99} ms (target ${TARGET_P99_MS} ms)`
    print(
      json,
      { ok, steps: story.steps, signedToBlacklisted: latency },
      `\n${strong(summary)}\n${ok ? good('Every step held.') : bad('Something did not hold.')}`,
    )
    return ok ? EXIT.done : EXIT.failed
  } finally {
    process.off('SIGINT', interrupt)
    await world.close()
    await temporary.remove()
  }
}

async function timed(
  world: Constellation,
  police: Awaited<ReturnType<typeof policeOf>>,
  probe: RegisterProbe,
  thefts: number,
): Promise<number[]> {
  const bar = progressBar('thefts', thefts)
  const times: number[] = []
  for (const [i, phone] of world.phones.slice(1, thefts + 1).entries()) {
    times.push(await timeTheft(police, probe, parseImei14(phone.imei), `DEMO/${i + 2}`))
    bar.advance(1)
  }
  bar.stop()
  return times
}

export function stepLine({ ok, ms, name, detail }: Step): string {
  return `${ok ? good('✓') : bad('✗')} ${String(ms).padStart(6)} ms  ${name}  (${detail})`
}
