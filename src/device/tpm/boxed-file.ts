import { createCipheriv, createDecipheriv } from 'node:crypto'
import { Refusal, demand, utf8 } from '../../core/index.ts'
import type { RandomBytes } from '../../host/index.ts'
import { concat } from './writer.ts'

const ALGORITHM = 'aes-256-gcm'
const NONCE = 12
const TAG = 16

/** What a box is longer than its content. */
export const BOX_BYTES = NONCE + TAG

/** The key of what lies in files, and what it is bound to: a box of one name is none of another. */
export interface Boxing {
  readonly key: Uint8Array
  readonly name: string
  readonly about?: Uint8Array
}

/** Encrypts and authenticates. Nonces are random: a phone writes far fewer than 2³² records. */
export function box(boxing: Boxing, content: Uint8Array, random: RandomBytes): Uint8Array {
  const nonce = random(NONCE)
  const cipher = createCipheriv(ALGORITHM, boxing.key, nonce)
  cipher.setAAD(boundTo(boxing))
  return concat(nonce, cipher.update(content), cipher.final(), cipher.getAuthTag())
}

/** @throws {Refusal} store: damaged, of another name, or of another phone */
export function unbox(boxing: Boxing, bytes: Uint8Array): Uint8Array {
  demand(bytes.length >= BOX_BYTES, 'store', 'shorter than a box')
  const decipher = createDecipheriv(ALGORITHM, boxing.key, bytes.subarray(0, NONCE))
  decipher.setAAD(boundTo(boxing))
  decipher.setAuthTag(bytes.subarray(-TAG))
  try {
    return concat(decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final())
  } catch {
    throw new Refusal('store', 'a box that does not open')
  }
}

function boundTo({ name, about = new Uint8Array(0) }: Boxing): Uint8Array {
  return concat(utf8(`stolen-mode/v1/tpm/${name}\0`), about)
}
