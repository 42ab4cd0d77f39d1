import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal, toHex } from '../../core/index.ts'
import { writeFileDurably } from '../../host/index.ts'
import { blankRecord, type Home } from '../secure-store.ts'
import { decodePage, encodePage, type GrantPage } from './grant-page.ts'
import { encodeGrants, type Mandate } from './grants.ts'
import type { Governed } from './indices.ts'

/** A phone whose store is a TPM, as its maker tells those who sign for it. */
export interface Admission {
  readonly governed: Governed
  /** Where it will be enrolled: no other log's order raises a bit. */
  readonly home: Home
  /** The signed root document that is believed. */
  readonly root: Uint8Array
  /** For whoever puts the grants together. */
  readonly mandate?: Mandate
}

/** A desk's memory: a folder that exists, with a page for each phone. */
export class GrantBook {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Takes a phone in that leaves the factory, also while a desk runs. One that is known keeps its page, on
   * which its locks are numbered. @returns whether it is new
   */
  async admit({ governed, home, root, mandate }: Admission): Promise<boolean> {
    if ((await this.#read(governed.device)) !== null) return false
    await this.keep(governed.device, {
      record: { ...blankRecord({ root }), home },
      approver: governed.approver,
      mandate: mandate ? encodeGrants({ mandate, grants: [] }) : null,
      bits: [],
    })
    return true
  }

  /** @throws {Refusal} not-found: no such phone is known here; malformed */
  async pageOf(device: Uint8Array): Promise<GrantPage> {
    const bytes = await this.#read(device)
    if (bytes === null) throw new Refusal('not-found', 'no such phone is known here')
    return decodePage(bytes)
  }

  keep(device: Uint8Array, page: GrantPage): Promise<void> {
    return writeFileDurably(this.#pathOf(device), encodePage(page))
  }

  async #read(device: Uint8Array): Promise<Uint8Array | null> {
    try {
      return new Uint8Array(await readFile(this.#pathOf(device)))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    }
  }

  #pathOf(device: Uint8Array): string {
    return join(this.#folder, `${toHex(device)}.page`)
  }
}
