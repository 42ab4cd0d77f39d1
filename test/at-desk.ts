import { ForceDesk } from '../src/cli/clients/force-desk.ts'
import { kidOf } from '../src/core/index.ts'
import { Pages, type Shown } from './pages.ts'
import { TestPasskey } from './passkey.ts'
import type { World } from './world.ts'

/** An officer in front of the desk, signed in with the key of his certificate. */
export async function seated(world: World, i: number) {
  const { signer, pem } = world.founding.officers[i]!
  const { authorities } = world.running.context.sequencer.ledger
  const name = authorities.ofKey(kidOf(signer.key))[0]!.cert.sub
  const pages = new Pages(world.running)
  const passkey = new TestPasskey(pem)
  await passkey.send(pages, await pages.get('/desk'), { name })
  return { pages, passkey, name }
}

/** The desk that holds the force's key, at work once. @returns what it did not sign */
export function forceAtWork(world: World) {
  const { trust, surroundings } = world
  const holding = { key: world.force, trust, clock: surroundings.clock }
  return new ForceDesk(world.registryUrl, holding).once()
}

/** The return of a case, taken by this officer. */
export async function takenReturn(pages: Pages, caseId: string): Promise<Shown> {
  const path = `/desk/case/${caseId}/return`
  await pages.post(`${path}/take`, {}, await pages.get(path))
  return pages.get(path)
}
