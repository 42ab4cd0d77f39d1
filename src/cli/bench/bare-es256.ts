import { es256Verifier, generateEs256, machine } from '../../host/index.ts'
import { cpuNow } from './cpu-clock.ts'

/** Enough to be past the warming up, and over in a second or two. */
const BARE_VERIFICATIONS = 10_000

/** Verifications per second of processor time, of one key and nothing around them. */
export function bareRate(): number {
  const { signer } = generateEs256()
  const verify = es256Verifier()
  const message = machine.random(300)
  const signature = signer.sign(message)
  const start = cpuNow()
  for (let i = 0; i < BARE_VERIFICATIONS; i++) verify(signer.key, message, signature)
  return BARE_VERIFICATIONS / (cpuNow() - start)
}
