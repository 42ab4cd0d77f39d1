import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { mkdirDurably, syncPath, writeFileDurably } from '../host/index.ts'
import { readBounded } from './bounded-file.ts'

const SEALED_KEY = 'boot-key'
/** A chip wraps the key in two areas of some hundred bytes. */
const MAX_SEALED = 1024

/**
 * The part of the phone that belongs to its user and that a factory reset erases: data, settings,
 * and the sealed boot key, whose presence is what a set-up wizard leaves behind. Whoever holds the
 * phone may write here what they like.
 */
export class UserStorage {
  readonly dir: string

  constructor(dir: string) {
    this.dir = dir
  }

  readSealedKey(): Promise<Uint8Array | null> {
    return readBounded(join(this.dir, SEALED_KEY), MAX_SEALED)
  }

  async writeSealedKey(sealed: Uint8Array): Promise<void> {
    await mkdirDurably(this.dir)
    await writeFileDurably(join(this.dir, SEALED_KEY), sealed)
  }

  async erase(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true })
    await mkdirDurably(this.dir)
    await syncPath(this.dir)
  }
}
