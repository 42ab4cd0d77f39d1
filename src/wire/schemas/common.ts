import { z } from 'zod'
import { MAX_MAIL } from '../../core/index.ts'

/** Bytes as RFC 4648 §4 base64. */
export const Base64 = z.string().max(32_768)
/** A document that may carry several others. */
export const LargeBase64 = z.string().max(1_048_576)

export const Uuid = z.uuid()

/** Times in answers: RFC 3339, UTC. */
export const Time = z.iso.datetime()

export const StateWord = z.enum(['protected', 'held', 'stolen', 'recovered', 'retired'])

/** Where an owner is told by mail: one plain address, as an envelope has it. */
export const MailAddress = z.email().max(MAX_MAIL)
