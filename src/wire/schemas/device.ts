import { z } from 'zod'
import { Base64, LargeBase64, MailAddress, StateWord } from './common.ts'
import { NoticeAnswer } from './waits.ts'

/** POST /v1/nonces */
export const NonceAnswer = z.object({
  /** 32 bytes, good once and for ten minutes. */
  nonce: Base64,
})

/** POST /v1/enrolments */
export const EnrolmentRequest = z
  .object({
    /** EAT by the device key, carrying the registry's nonce and the owner key's thumbprint. */
    eat: Base64,
    /** The maker's batch statement (COSE_Sign). It and the next three come together. */
    statement: Base64.optional(),
    /** This device's record in the batch, its index, and its path to the statement's root. */
    record: Base64.optional(),
    index: z.number().int().nonnegative().optional(),
    path: z.array(Base64).max(63).optional(),
    /** Android Key Attestation of the device key, leaf first, the EAT's nonce as its challenge. */
    android: z.array(Base64).max(8).optional(),
    /** Apple's Managed Device Attestation of the device key, leaf first, root last; beside a statement. */
    apple: z.array(Base64).max(8).optional(),
    model: z.string().min(1).max(64),
    /** The owner's public key (COSE_Key) and its COSE_Sign1 over [nonce, device thumbprint]. */
    owner: z.object({ key: Base64, proof: Base64 }).optional(),
    /** Where the owner is told what is done with the phone, besides on the phone. */
    mail: MailAddress.optional(),
  })
  .refine(({ statement, record, index, path }) => {
    const missing = [statement, record, index, path].filter((part) => part === undefined)
    return missing.length === 0 || missing.length === 4
  }, 'statement, record, index and path come together')

export const EnrolmentAnswer = z.object({
  /** Leaf of the batch that vouches for this enrolment. */
  index: z.number().int(),
  state: StateWord,
  /** Recovery card: ten characters, shown this once. Null when the device was enrolled before. */
  card: z.string().nullable(),
  /** The log this phone is at home in from now on, and the national authority it belongs to. */
  home: z.object({ log: z.string().max(256), authority: z.string().max(64) }),
})

/** Root documents newer than the one the phone attests, version by version. */
export const Roots = z.array(LargeBase64).max(256)

/** POST /v1/activations: after any reset. Refused with the bundles to obey when not protected. */
export const ActivationRequest = z.object({
  eat: Base64,
  /** Country the phone believes it is in, for the sighting of a refusal. */
  country: z.string().regex(/^[A-Z]{2}$/),
})
export const ActivationAnswer = z.object({
  /** Status token (COSE_Sign by two registry keys). */
  token: Base64,
  /** The tree the token speaks of, with cosignatures not older than a day: a note. */
  checkpoint: z.string().max(65_536),
  /** Registry certificates that lead to the token's signers, root side first. */
  certificates: z.array(Base64).max(16),
  /** What the certificates stand under. */
  roots: Roots,
})

/** POST /v1/status-signatures, at whoever holds the other key: what a phone said, and the token it would get. */
export const StatusSignatureRequest = z.object({ eat: Base64, token: Base64 })
export const StatusSignatureAnswer = z.object({
  /** One slot of the COSE_Sign. */
  slot: Base64,
})

/** GET /v1/cases/{id}/bundles, POST /v1/owner-bundles: orders in force that prove themselves, in log order. */
export const BundlesAnswer = z.object({
  bundles: z
    .array(z.object({ act: z.string(), index: z.number().int(), bundle: LargeBase64 }))
    .max(64),
})

/** POST /v1/device-status: routine, and what a refused activation asks next. */
export const DeviceStatusRequest = z.object({ eat: Base64 })
export const DeviceStatusAnswer = z.object({
  state: StateWord,
  /** What the bundles are to be judged by. */
  roots: Roots,
  /** Orders above the device's counter that have their quorum, in order. */
  bundles: z.array(LargeBase64).max(64),
  /** Proofs of sales since the owner that the device attests, in order. */
  sales: z.array(LargeBase64).max(16),
  /** What its screen should tell whoever holds it; null where there is nothing new. */
  notice: NoticeAnswer.nullable(),
  /** What its owner lets it say while it does not open (COSE_Sign by his key); null: nothing. */
  words: Base64.nullable(),
  /** The order a shut phone obeyed last, with what its chip takes; null: nothing new for a chip. */
  again: LargeBase64.nullable(),
})
