import { demand, toHex, type Link, type Role } from '../../core/index.ts'

/** Who asks, as the logged certificates say; never as the request says. */
export interface Caller {
  readonly sub: string
  readonly role: Role
  /** Name of the force an officer acts for; else the caller's issuer. */
  readonly iss: string
  readonly kid: string
}

export function callerOf({ cert, kid }: Link): Caller {
  return { sub: cert.sub, role: cert.role, iss: cert.iss, kid: toHex(kid) }
}

/** @throws {Refusal} forbidden */
export function demandRole(caller: Caller, role: Role): void {
  demand(caller.role === role, 'forbidden', `this is for a ${role}`)
}
