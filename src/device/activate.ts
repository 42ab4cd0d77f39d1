import { Refusal, thumbprint } from '../core/index.ts'
import { readTrust } from '../wire/index.ts'
import type { Inside } from './inside.ts'
import { trySync } from './intake.ts'

/**
 * Asks for a status token, the only way back from a reset. Fails closed: whatever goes wrong, the
 * phone stays at the gate. A refusal brings the bundles that say why.
 * @throws {Refusal} activation-refused, unavailable, timeout, store, a code of `verifySetUp` …
 */
export async function activate(inside: Inside): Promise<void> {
  try {
    await activateOnce(inside)
  } catch (error) {
    const code = error instanceof Refusal ? error.code : null
    if (code !== 'activation-refused' && code !== 'counter-went-back') throw error
    await trySync(inside)
    if (code === 'activation-refused') throw error
    await activateOnce(inside) // docs/spec/device-protocol.md §5: missing bundles are sent, then again
  }
  await trySync(inside)
}

async function activateOnce(inside: Inside): Promise<void> {
  const { memory, registry, options, verify, law } = inside
  inside.demandOn()
  await memory.inTurn(() => inside.keepCount())
  const nonce = await registry.nonce()
  const answer = await registry.activate(await inside.attest(nonce), options.country)
  await memory.inTurn(async () => {
    inside.demandOn()
    await inside.walk(answer.roots)
    const { store, known } = memory
    const { now, treeSize } = law.admit(
      answer.token,
      inside.homeAuthorities(answer.certificates),
      {
        dak: thumbprint(store.dak),
        nonce,
        ctr: known.device.ctr,
        treeSize: known.treeSize,
        now: known.now,
        checkpoint: answer.checkpoint,
        trust: readTrust(known.root, verify),
        home: known.home?.log ?? null,
      },
      verify.es256,
    )
    if (now > known.now || treeSize > known.treeSize)
      await memory.persist({
        ...known,
        now: Math.max(now, known.now),
        treeSize: Math.max(treeSize, known.treeSize),
      })
    // The token sets up and says how late it is, and does nothing else: state and counter move by orders alone.
    await inside.activation.setUp()
    options.logger.info('activated')
  })
}
