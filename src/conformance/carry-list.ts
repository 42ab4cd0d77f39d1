import {
  carriedAuthorities,
  encodePartList,
  joinThumbprints,
  kidOf,
  equal,
  sha256,
  signPartListHead,
  toHex,
  type CarriedAuthority,
} from '../core/index.ts'
import { nodeVerifiers } from '../host/index.ts'
import { encodeCarried } from '../wire/index.ts'
import type { ListBend } from './case.ts'
import type { CaseLog } from './case-log.ts'
import { Constellation } from './constellation.ts'
import { vouchingFor } from './issue.ts'

/** The list of stolen parts as of now, with the one fault the case asks for. @returns as a phone is brought it */
export function carryList(
  world: Constellation,
  log: CaseLog,
  parts: readonly Uint8Array[],
  bend?: ListBend,
): Uint8Array {
  const { home } = world
  const isSeen = bend === 'no-guardians' || bend === 'one-witness' || bend === 'other-country-log'
  const { size, root } = log
  const checkpoint = log.checkpoint(vouchingFor(world, isSeen ? bend : undefined, log.now))
  const naming = (thumbprints: readonly Uint8Array[]) =>
    encodePartList({
      log: world.log.key.name,
      treeSize: size,
      stolen:
        thumbprints.length === 0
          ? []
          : [{ authority: home.forceOrder.sub, parts: joinThumbprints(thumbprints) }],
      authorities: carried(world, log),
    })
  const list = naming(parts)
  const head = {
    log: world.log.key.name,
    treeSize: bend === 'another-tree' ? size + 1 : size,
    root,
    hash: sha256(bend === 'another-list' ? naming([...parts, world.random(32)]) : list),
  }
  const signers = { 'signed-by-maker': home.maker.signer, stranger: Constellation.strangers()[0]! }
  const signer = signers[bend as keyof typeof signers] ?? home.registry[0].signer
  const certificates = [home.national, ...home.registry, home.maker].map(({ document }) => document)
  return encodeCarried({ list, head: signPartListHead(head, signer), certificates, checkpoint })
}

/** Everybody the log names; and the maker's key for one batch, which was voided. */
function carried(world: Constellation, log: CaseLog): readonly CarriedAuthority[] {
  const { es256 } = nodeVerifiers()
  const all = carriedAuthorities(world.authorities(es256), log.now * 1000, log.size)
  const maker = all.find(({ key }) => equal(kidOf(key), kidOf(world.home.maker.signer.key)))!
  const batch = { ...maker, sub: `${maker.sub}/batch`, key: world.batchMaker.key, isVoid: true }
  const order = ({ sub, key }: CarriedAuthority) => `${sub}\0${toHex(kidOf(key))}`
  return [...all, batch].toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
}
