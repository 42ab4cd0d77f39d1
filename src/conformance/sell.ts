import {
  batchPayload,
  coseSign,
  encodeSale,
  saltedRecord,
  signAcceptance,
  signOffer,
  type Signer,
} from '../core/index.ts'
import { generateEs256 } from '../host/index.ts'
import { leafHash } from '../log/index.ts'
import { encodeSaleProof } from '../wire/index.ts'
import type { SaleBend } from './case.ts'
import type { CaseLog } from './case-log.ts'
import type { Constellation } from './constellation.ts'
import { vouchingFor } from './issue.ts'

const HOUR = 3600

/** Who sells what to whom. */
interface About {
  readonly dak: Uint8Array
  readonly seller: { readonly signer: Signer }
  readonly buyer: { readonly signer: Signer }
}

/** A sale that both have signed and the registry has logged, with the one fault the case asks for. @returns its proof */
export async function sell(
  world: Constellation,
  log: CaseLog,
  about: About,
  bend?: SaleBend,
): Promise<Uint8Array> {
  const { random, home } = world
  const dak = bend === 'another-device' ? random(32) : about.dak
  const nonce = random(32)
  const seller = about.seller.signer
  const offeredBy = bend === 'offered-by-thief' ? generateEs256().signer : seller
  const record = encodeSale({
    offer: signOffer({ dak, nonce, from: log.now - HOUR, exp: log.now + HOUR }, offeredBy),
    acceptance: signAcceptance({ dak, nonce, key: about.buyer.signer.key }, about.buyer.signer),
    seller: seller.key,
  })
  const salt = random(32)
  const root = leafHash(saltedRecord(salt, record))
  const recorder = bend === 'recorded-by-maker' ? home.maker.signer : home.registry[0].signer
  const payload = batchPayload({ type: 'sales', count: 1, root })
  const batch = () => coseSign('application/stolen-batch+cbor', payload, [recorder])
  const entry = log.log('batch', batch())
  const index = log.size - 1
  const vouching = vouchingFor(world, bend === 'one-witness' ? 'one-witness' : undefined, log.now)
  return encodeSaleProof({
    salt: bend === 'another-salt' ? random(32) : salt,
    record,
    // The same batch under a fresh signature: lawful in all but that it never stood in the log.
    entry: bend === 'never-logged' ? log.unlogged('batch', batch()) : entry,
    certificates: home.certificates,
    proof: await log.prove(index, vouching),
    roots: [],
  })
}
