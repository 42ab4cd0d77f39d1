export { ANDROID_ROOTS } from './attestation/roots.ts'
export { StatusListFile } from './attestation/status-list.ts'
export type { Context } from './context.ts'
export { openDatabase, type Database, type DatabaseConfig } from './db/database.ts'
export type { Env } from './http/env.ts'
export { toProblem } from './http/problems.ts'
export { serve, type Served } from './http/serve.ts'
export { fsck, type FsckReport } from './log/fsck.ts'
export { LIMITS, type Lane, type Limits } from './http/throttle.ts'
export { smtpPost, spoolPost } from './mail.ts'
export { ModelNames } from './model/model-names.ts'
export { openRegistry, type Registry } from './open.ts'
export type {
  AndroidTrust,
  EvidenceWanted,
  Peer,
  RegistryKeys,
  RegistryOptions,
} from './options.ts'
export { LogFigures } from './services/log-figures.ts'
export { registersNow } from './services/registers.ts'
export { sightingsByCountry } from './services/sightings.ts'
export { check, readAnswer, type CheckAnswer } from './services/checks.ts'
export {
  DETAILS,
  detailsOf,
  saveDetail,
  type Detail,
  type ReportDetails,
} from './services/owners/report-details.ts'
export { answerDispute } from './services/disputes.ts'
export { practise } from './services/owners/practice.ts'
export { reportNow, reportOncePhoneKnows, type ReportNow } from './services/owners/report-now.ts'
export { reportOfTicket, reportTicket } from './services/owners/report-tickets.ts'
export { phoneOfAccount } from './services/owners/accounts.ts'
export { claimAccount } from './services/owners/claim-account.ts'
export { entryAt } from './services/owners/entry.ts'
export {
  ownersSignature,
  signAsOwner,
  takeBackHold,
  type OwnersSignature,
} from './services/owners/owner-acts.ts'
export { phonesOfOwner, type PhoneOfOwner } from './services/owners/owners-phone.ts'
export {
  acceptTrust,
  holdForOwner,
  inviteTrusted,
  removeTrusted,
  trustedPeople,
  type TrustedPerson,
} from './services/owners/trusted-people.ts'
export {
  handoverWanted,
  offerAsOwner,
  offerWanted,
  takeAsBuyer,
  type OfferTerms,
} from './services/owners/sale.ts'
export type { Handover } from './services/transfers.ts'
export { cardAddress, newCard, ownersAddress } from './services/owners/new-card.ts'
export { ASKS, skipAsk, type Ask } from './services/owners/asks.ts'
export { timelineOf, type Happened } from './services/owners/timeline.ts'
export {
  APPEAL,
  appeal,
  appealAgain,
  appealFollowed,
  appealNow,
  type AppealNow,
} from './services/appeals/appeal.ts'
export {
  REASON,
  appealAtDesk,
  appealsByForce,
  appealsWaiting,
  decideAppeal,
  hearAppeal,
  type AppealAtDesk,
  type AppealWaiting,
} from './services/appeals/at-desk.ts'
export { WAYS, type Way } from './db/return-tables.ts'
export {
  handOver,
  printLabel,
  returnAtDesk,
  seeToThreats,
  type ReturnAtDesk,
} from './services/returns/at-desk.ts'
export { returnsWaiting, type ReturnWaiting } from './services/returns/waiting.ts'
export { returnOf, type Return } from './services/returns/found-return.ts'
export {
  draftForReturn,
  officersOrder,
  signForReturn,
  type OfficersAct,
} from './services/returns/officer-order.ts'
export { MAX_REQUEST, requestRelease } from './services/returns/release-request.ts'
export { WORD, forgetSecretWords, setSecretWords } from './services/returns/secret-word.ts'
export { liftVeil } from './services/returns/threats.ts'
export { MAX_ADDRESS, chooseWay } from './services/returns/way.ts'
export { cancelAct, type WaitStatus } from './services/waits.ts'
export {
  MARKS,
  QUEUE_STATES,
  deskQueue,
  queuedReport,
  type Mark,
  type QueueFilter,
  type QueuePage,
  type QueueState,
  type Queued,
} from './services/desk/queue.ts'
export { evidenceOf, progressOf, type Evidence, type Progress } from './services/desk/case-now.ts'
export {
  REFUSALS,
  VIEWS,
  proposeLock,
  recordView,
  refuseCase,
  type View,
} from './services/desk/decisions.ts'
export { askLogAgain, officersSignature, signAsOfficer } from './services/desk/officer-signs.ts'
export { takeCase, takeReport } from './services/desk/takings.ts'
export { ASKED, askPolice, phoneNumber, type AskedOfPolice } from './services/requests/ask.ts'
export { requestFollowed, requestNow, type RequestNow } from './services/requests/follow.ts'
export { modelOfNumber } from './services/requests/model-of-number.ts'
export { reportOfCard, reportStolen } from './services/reports.ts'
export { signInWanted, signedIn, type Passkey } from './services/people/passkeys.ts'
export { officerOf, signedInOfficer, type Officer } from './services/people/officers.ts'
export {
  endSession,
  findSession,
  isCsrf,
  openSession,
  type Session,
} from './services/people/sessions.ts'
