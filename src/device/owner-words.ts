import { Refusal, demand, readOwnerWords, thumbprint } from '../core/index.ts'
import { readTrust } from '../wire/index.ts'
import type { Inside } from './inside.ts'
import { stateOf } from './secure-store.ts'

/**
 * Takes what its owner lets it say while it does not open: his signature and nothing else puts it there.
 * It touches no order and no state. @throws {Refusal} a code of `readOwnerWords`; wrong-state: open; store
 */
function takeWords(inside: Inside, document: Uint8Array): Promise<void> {
  const { memory, verify } = inside
  return memory.inTurn(async () => {
    inside.demandOn()
    const { store, known } = memory
    demand(stateOf(known).state !== 'protected', 'wrong-state', 'an open phone needs no words')
    const { relyingParties } = readTrust(known.root, verify).root
    const owners = relyingParties.filter(({ role }) => role === 'owner')
    const expected = {
      dak: thumbprint(store.dak),
      owner: known.owner,
      after: known.words?.at ?? null,
    }
    const how = { verify: verify.es256, relyingParties: owners }
    const { at, message, language, reference } = readOwnerWords(document, expected, how)
    await memory.persist({ ...known, words: { at, said: { message, language, reference } } })
  })
}

/** After the orders of an answer, and whatever comes of it: no word on a screen stops a lock. */
export async function tryWords(inside: Inside, document: Uint8Array): Promise<void> {
  try {
    await takeWords(inside, document)
  } catch (error) {
    const isKnown = error instanceof Refusal && error.code === 'replay'
    if (!isKnown) inside.warn('words refused', error)
  }
}
