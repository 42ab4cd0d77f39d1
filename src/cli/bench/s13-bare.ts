import { createServer, type AddressInfo } from 'node:net'
import { keyOf } from '../../core/index.ts'
import { CEA, ECA, ECR, IMEI_AT } from './s13-messages.ts'
import type { ImeiKey, Numbers } from './s13-numbers.ts'

interface Bare {
  readonly port: number
  /** Once nobody is connected. */
  close(): Promise<void>
}

/**
 * The ceiling: what this machine gives to whoever reads messages of one known shape, looks each up in a
 * Set and writes 200 bytes back. No protocol: it believes everything.
 */
export async function startBareS13(numbers: Numbers): Promise<Bare> {
  const listed = new Set<ImeiKey>()
  for (const { tac, snrs } of numbers.listed) for (const snr of snrs) listed.add(keyOf(tac, snr))
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    let isGreeted = false
    let rest: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      if (!isGreeted) {
        isGreeted = true
        return void socket.write(CEA)
      }
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      const count = Math.floor(bytes.length / ECR.length)
      const answers = Buffer.allocUnsafe(count * ECA.length)
      for (let i = 0; i < count; i++) {
        const [from, to] = [i * ECR.length, i * ECA.length]
        answers.set(ECA, to)
        for (let k = 12; k < 20; k++) answers[to + k] = bytes[from + k]!
        const imei = Number(bytes.toString('latin1', from + IMEI_AT, from + IMEI_AT + 14))
        answers[to + ECA.length - 1] = listed.has(imei) ? 1 : 0
      }
      rest = bytes.subarray(count * ECR.length)
      if (count > 0) socket.write(answers)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
