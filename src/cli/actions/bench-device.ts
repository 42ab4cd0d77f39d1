import { bareRate } from '../bench/bare-es256.ts'
import { measureDevices, type DevicesMeasured } from '../bench/devices.ts'
import { EXIT, print, say } from '../out.ts'

const TARGET = { bundleMs: 5, bootMs: 50, rssMb: 1_000, lockMs: 5_000 }
const NOTES = [
  'phones in one process, registry, witness and guardian in another, on this machine; locks 50 a second',
  'lock: from the second officer\u2019s signature until the phone shows it is stolen; the longest counts',
  'bundle and boot: the ninety-ninth of a hundred; bundle after a hundred to warm up; secure store of files',
  'the phones’ process runs with a heap of at most 560 MB',
]

interface Options {
  readonly devices: number
  readonly locks: number
  readonly json?: boolean
}

/** What a phone spends on a bundle and at boot, and how soon ten thousand connected ones are bricks. */
export async function benchDevice({ devices, locks, json = false }: Options): Promise<void> {
  const es256Ms = Math.round(1e6 / bareRate()) / 1000
  say(`${devices} phones are made, enrolled and connected, then ${locks} of them locked …`)
  const measured = await measureDevices(devices, Math.min(locks, devices))
  const { bundleMs, bootMs, rssMb, lockMs, missed } = measured
  const ok =
    bundleMs.p99 <= TARGET.bundleMs &&
    bootMs.p99 <= TARGET.bootMs &&
    rssMb <= TARGET.rssMb &&
    lockMs.max <= TARGET.lockMs &&
    missed === 0
  print(json, { ok, target: TARGET, ...measured, es256Ms, notes: NOTES }, text(measured, es256Ms))
  process.exitCode = ok ? EXIT.done : EXIT.failed
}

function text(measured: DevicesMeasured, es256Ms: number): string {
  const { connected, rssMb, locks, missed, lockMs, bundleMs, bundleBytes, bootMs } = measured
  return [
    `bundle of ${bundleBytes} bytes verified: p50 ${bundleMs.p50} ms, p99 ${bundleMs.p99} ms (target ${TARGET.bundleMs}); one bare ES256 ${es256Ms} ms`,
    `power-on until the gate stands: p50 ${bootMs.p50} ms, p99 ${bootMs.p99} ms (target ${TARGET.bootMs})`,
    `${connected} phones connected in one process: ${rssMb} MB (target ${TARGET.rssMb})`,
    `${locks} locks at 50 a second: p50 ${lockMs.p50} ms, p99 ${lockMs.p99} ms, longest ${lockMs.max} ms (target ${TARGET.lockMs}), ${missed} missed`,
  ].join('\n')
}
