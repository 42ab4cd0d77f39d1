import { networksTold } from '../src/registry/services/registers.ts'
import type { World } from './world.ts'

/** A register has spoken to the registry: before that, pages say of no network that it was told. */
export function registerHeard(world: World): Promise<void> {
  return world.until(async () => (await networksTold(world.running.context, null)).of > 0)
}
