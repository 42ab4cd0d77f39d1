import { Refusal } from '../core/index.ts'

/** A registry that has enough says when to come back (RFC 9110 §10.2.3; dates are not read). */
export function retryLater(status: number, retryAfter: string | null | undefined): Refusal {
  const [seconds] = /^[0-9]{1,5}$/.exec(retryAfter ?? '') ?? []
  const facts = seconds === undefined ? {} : { retryAfterSeconds: Number(seconds) }
  return new Refusal('unavailable', `the registry answered ${status}`, facts)
}
