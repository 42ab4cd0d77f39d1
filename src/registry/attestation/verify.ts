import type { Imei14, PublicKey } from '../../core/index.ts'
import { checkDates, checkLinks, checkRoot, p256Key, readChain, soleDescription } from './chain.ts'
import { readKeyDescription } from './key-description.ts'
import type { PlatformRoot } from './roots.ts'
import {
  attestedImeis,
  checkAlgorithm,
  checkBoot,
  checkChallenge,
  checkLevel,
  checkUse,
} from './rules.ts'
import { checkStatus, type StatusList } from './status-list.ts'

/** What an attestation is held against. */
export interface Expected {
  readonly roots: readonly PlatformRoot[]
  readonly status: StatusList | null
  /** Drawn by us for this occasion, 32 bytes. */
  readonly nonce: Uint8Array
  readonly nowMs: number
}

/** A key that lives in the hardware of a phone whose maker's system runs. */
export interface AttestedKey {
  readonly key: PublicKey
  /** As the hardware knows them; empty where it does not say. */
  readonly imeis: readonly Imei14[]
}

/**
 * Android Key Attestation, leaf first. The first rule that fails is the one that is named.
 * @throws {Refusal} attestation-needed, its message beginning with the word of the rule
 */
export async function verifyAndroidChain(
  certificates: readonly Uint8Array[],
  { roots, status, nonce, nowMs }: Expected,
): Promise<AttestedKey> {
  const chain = readChain(certificates)
  checkRoot(chain, roots, nowMs)
  await checkLinks(chain)
  checkDates(chain, nowMs)
  checkStatus(chain, status, nowMs)
  const bytes = soleDescription(chain)
  const key = p256Key(chain[0]!.key)
  const description = readKeyDescription(bytes)
  checkLevel(description)
  checkChallenge(description, nonce)
  checkBoot(description)
  checkUse(description)
  checkAlgorithm(description)
  return { key, imeis: attestedImeis(description) }
}
