import { checkPairingToken, checkPartAnswer, checkResetTicket } from '../core/index.ts'
import { openCarried, verifyForDevice, verifySaleForDevice, verifySetUp } from '../wire/index.ts'
import { gate, mayCall } from './gate.ts'
import { judgeFitted } from './parts/judge-fitted.ts'

/**
 * What a phone decides by. Every phone has the same; another is only ever handed in by the
 * conformance suite's broken devices, each of which has one of these functions wrong.
 */
export interface Law {
  /** Whether a bundle is to be obeyed. */
  readonly judge: typeof verifyForDevice
  /** Whether the proof of a sale gives it to the buyer. */
  readonly sell: typeof verifySaleForDevice
  /** Whether a status token sets this phone up. */
  readonly admit: typeof verifySetUp
  /** Whether a ticket lets the owner erase this phone, or take its protection off. */
  readonly redeem: typeof checkResetTicket
  /** Whether a part has answered the challenge. */
  readonly hearPart: typeof checkPartAnswer
  /** Whether a part that answers may be in this phone. */
  readonly fitPart: typeof judgeFitted
  /** Whether a token binds a part to this phone. */
  readonly bindPart: typeof checkPairingToken
  /** Whether a list of stolen parts is to be believed. */
  readonly openList: typeof openCarried
  /** What stands on the glass. */
  readonly gate: typeof gate
  /** Which numbers connect. */
  readonly mayCall: typeof mayCall
}

export const LAW: Law = {
  judge: verifyForDevice,
  sell: verifySaleForDevice,
  admit: verifySetUp,
  redeem: checkResetTicket,
  hearPart: checkPartAnswer,
  fitPart: judgeFitted,
  bindPart: checkPairingToken,
  openList: openCarried,
  gate,
  mayCall,
}
