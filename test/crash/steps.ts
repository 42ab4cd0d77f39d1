import { createServer, type RequestListener } from 'node:http'
import { Faults, STEPS, type Step, type When } from '../log-faults.ts'
import type { LogBench } from '../log-bench.ts'
import type { Cell, Outcome } from './row.ts'
import { heal, progress, submitAll, type Scene } from './scene.ts'

/** Before the swap nothing exists, after it everything; only what nobody waits for goes on. */
export function stated(step: Step, when: When): Outcome {
  if (step === 'sign' || (step === 'swap' && when === 'before')) return 'N F'
  return step === 'discard' ? 'P C' : 'P F'
}

/** Every step fails with an error, once and twice in a row; and the cosigners' ways of failing. */
export function stepCells(scene: Scene, engine: Cell['engine']): Cell[] {
  return STEPS.flatMap((step) =>
    (['before', 'after'] as const).flatMap((when): Cell[] => [
      {
        engine,
        step,
        fault: `fails ${when === 'before' ? 'before' : 'after persisting'}`,
        stated: stated(step, when),
        run: async () => {
          const first = await fail(await scene.reset(), step, when, 3)
          if (engine === 'server') return first
          const again = await fail(await scene.reset(), step, when, 1)
          if (first !== again) throw new Error(`with one more: ${again}`)
          return first
        },
      },
      {
        engine,
        step,
        fault: `the same, twice in a row, ${when}`,
        stated: stated(step, when),
        run: async () => failTwice(await scene.reset(), step, when),
      },
    ]),
  ).concat(cosignerCells(scene, engine))
}

/** Three orders under the fault, three more under it; it is lifted, and `more` follow. */
async function fail(bench: LogBench, step: Step, when: When, more: number): Promise<Outcome> {
  const faults = new Faults()
  const faulty = await bench.open(faults.deps(bench))
  const [three, next] = [bench.holds(3), bench.holds(3)]
  faults.arm(step, when)
  const answered = await submitAll(faulty, three)
  if (faults.met === 0) throw new Error('the fault was not met')
  const outcome: Outcome = `${await progress(bench)} ${faulty.halted ? 'F' : 'C'}`
  for (const [oid, index] of await submitAll(faulty, next)) answered.set(oid, index)
  await faulty.close()
  faults.lift()
  await heal(bench, [...three, ...next, ...bench.holds(more)], answered)
  return outcome
}

/** A second process meets the fault as well, in recovery or in its first pool. */
async function failTwice(bench: LogBench, step: Step, when: When): Promise<Outcome> {
  const faults = new Faults()
  const faulty = await bench.open(faults.deps(bench))
  const [three, next] = [bench.holds(3), bench.holds(3)]
  faults.arm(step, when)
  const answered = await submitAll(faulty, three)
  const outcome: Outcome = `${await progress(bench)} ${faulty.halted ? 'F' : 'C'}`
  await faulty.close()
  // Recovery has no swap: its first transaction is the publication.
  faults.arm(step === 'publication' ? 'swap' : step, when)
  await bench.open(faults.deps(bench)).then(
    async (second) => {
      for (const [oid, index] of await submitAll(second, next)) answered.set(oid, index)
      await second.close()
    },
    // It did not even start. The third does.
    () => undefined,
  )
  faults.lift()
  await heal(bench, [...three, ...next, ...bench.holds(1)], answered)
  return outcome
}

function cosignerCells(scene: Scene, engine: Cell['engine']): Cell[] {
  const cell = (
    fault: string,
    outcome: Outcome,
    who: 'witness' | 'guardian',
    answer: RequestListener | null,
  ): Cell => ({
    engine,
    step: who,
    fault,
    stated: outcome,
    run: async () => misbehave(await scene.reset(), who, answer),
  })
  const say =
    (status: number, body: string, type = 'text/plain'): RequestListener =>
    (request, response) => {
      // What it has seen it does not tell: then the floor cannot speak against us.
      if (request.method === 'GET') response.writeHead(404).end()
      else response.writeHead(status, { 'content-type': type }).end(body)
    }
  return [
    cell('down', 'P C', 'witness', null),
    cell('slower than its second', 'P C', 'witness', () => undefined),
    cell('409, an older size', 'P C', 'witness', say(409, '0\n', 'text/x.tlog.size')),
    cell('409, a larger size', 'P F', 'witness', say(409, '300\n', 'text/x.tlog.size')),
    cell('422, another log', 'P F', 'witness', say(422, '{}')),
    cell('422, a breach', 'P C', 'guardian', say(422, '{}')),
  ]
}

/** One cosigner answers wrongly, or not, while three orders are logged; then it is itself again. */
async function misbehave(
  bench: LogBench,
  who: 'witness' | 'guardian',
  answer: RequestListener | null,
): Promise<Outcome> {
  const sequencer = await bench.open()
  if (who === 'witness') await bench.stopWitness()
  const { port, guardianPort } = bench
  const impostor = createServer(answer ?? (() => undefined))
  if (answer)
    await new Promise<void>((resolve) =>
      impostor.listen(who === 'witness' ? port : guardianPort, '127.0.0.1', resolve),
    )
  const three = bench.holds(3)
  let outcome: Outcome
  let answered: Map<string, number>
  try {
    answered = await submitAll(sequencer, three)
    outcome = `${await progress(bench)} ${sequencer.halted ? 'F' : 'C'}`
    await sequencer.close()
  } finally {
    impostor.closeAllConnections()
    await new Promise((resolve) => impostor.close(resolve))
    if (who === 'witness') await bench.startWitness()
  }
  await heal(bench, [...three, ...bench.holds(3)], answered)
  return outcome
}
