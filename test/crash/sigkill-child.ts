// Submits the orders of its folder and dies where it is told, as nobody can prevent.
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { Faults, type Step, type When } from '../log-faults.ts'
import { oidOf } from '../log-bench.ts'
import { readHolds, readKeys } from './bench-file.ts'
import { openBench } from './scene.ts'

const [folder, step, when] = process.argv.slice(2) as [string, Step, When]
const bench = await openBench(folder, readKeys(folder))
const faults = new Faults(() => {
  process.kill(process.pid, 'SIGKILL')
  // Nothing more happens here, whatever the signal still needs.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  throw new Error('outlived SIGKILL')
})
const sequencer = await bench.open(faults.deps(bench))
faults.arm(step, when)
await Promise.all(
  readHolds(join(folder, 'holds.json')).map(async (hold) => {
    const { index } = await sequencer.submit(hold)
    writeSync(1, `${oidOf(hold.body.payload)} ${index}\n`)
  }),
)
