import { join } from 'node:path'
import {
  equal,
  readImage,
  sha256,
  signImage,
  thumbprint,
  utf8,
  type Measured,
  type Signer,
} from '../core/index.ts'
import { readBounded } from './bounded-file.ts'
import type { Factory } from './factory.ts'
import { VERIFY } from './verify.ts'

/** What the boot loader found and counted before anything else ran. */
export interface Boot {
  readonly count: number
  /** 32 random bytes of this boot. */
  readonly seed: Uint8Array
  readonly measured: Measured
  /** The image is the one that the maker has signed for this phone. */
  readonly isMakers: boolean
}

/** The system image of a phone that is a program: it names itself, and nothing is run from it. */
export const SYSTEM = utf8('stolen-mode reference phone, system image 1\n')

/** Where the system image lies: a cable and an open boot loader reach it, unlike the secure store. */
export const imagePath = (dir: string) => join(dir, 'image')

/** What the maker puts in beside it: its key, and its word for the one image. */
export function referenceBy(maker: Signer): Pick<Factory, 'bootKey' | 'image'> {
  return { bootKey: maker.key, image: signImage(sha256(SYSTEM), maker) }
}

/** Far more than the reference phone has. */
const MAX_IMAGE = 1_048_576

/**
 * Measures what is about to be started. There is one reference value, put in by the maker: so an older
 * image that the maker signed for other phones is as unknown as a thief's. No image is none of the maker's.
 */
export async function measure(
  dir: string,
  factory: Factory,
): Promise<Pick<Boot, 'measured' | 'isMakers'>> {
  const bytes = await readBounded(imagePath(dir), MAX_IMAGE)
  const image = sha256(bytes ?? new Uint8Array())
  const key = thumbprint(factory.bootKey)
  const isMakers = bytes !== null && equal(image, referenceOf(factory))
  return { measured: { key, image }, isMakers }
}

/** Nothing equals an empty value: factory data that nobody signed authorise no boot. */
function referenceOf({ bootKey, image }: Factory): Uint8Array {
  try {
    return readImage(image, bootKey, VERIFY.es256)
  } catch {
    return new Uint8Array()
  }
}
