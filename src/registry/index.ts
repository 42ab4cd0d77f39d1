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
export { webPushPost, type Push, type PushTarget } from './push.ts'
export {
  browsersOf,
  notifyBrowser,
  silenceBrowser,
  type NotifiedBrowser,
} from './services/owners/push-subscriptions.ts'
export { ModelNames } from './model/model-names.ts'
export { openRegistry, type Registry } from './open.ts'
export type {
  AndroidTrust,
  EvidenceWanted,
  IdentityProvider,
  Peer,
  RegistryKeys,
  RegistryOptions,
} from './options.ts'
export { LogFigures } from './services/log-figures.ts'
export { registersNow } from './services/registers.ts'
export { sightingsByCountry, type SeenAt } from './services/sightings.ts'
export { check, readAnswer, type CheckAnswer } from './services/checks.ts'
export {
  DETAILS,
  detailsOf,
  saveDetail,
  type Detail,
  type ReportDetails,
} from './services/owners/report-details.ts'
export { answerDispute, type OwnersDispute } from './services/disputes.ts'
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
export type { Protecting } from './services/owners/protecting.ts'
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
export { newCard } from './services/owners/new-card.ts'
export { ownersPage } from './services/owners/owners-page.ts'
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
  QUEUE_KINDS,
  QUEUE_STATES,
  deskQueue,
  queuedReport,
  type Mark,
  type QueueKind,
  type QueueFilter,
  type QueuePage,
  type QueueState,
  type Queued,
} from './services/desk/queue.ts'
export { caseById } from './services/cases.ts'
export { trailOf, type CaseTrail } from './services/desk/case-trail.ts'
export type { RelatedCase, Shared } from './services/desk/related.ts'
export { evidenceOf, phoneOfTakenCase, type Evidence } from './services/desk/case-now.ts'
export {
  CORRECTIONS,
  correctionAgain,
  correctionOf,
  dropCorrection,
  proposeCorrection,
  recordReason,
  type Correction,
  type CorrectionReason,
} from './services/desk/corrections.ts'
export { correctionSignature, signCorrection } from './services/desk/correction-signs.ts'
export type { CapReached } from './services/desk/cap-now.ts'
export { progressAgain, progressOf, type Progress } from './services/desk/progress.ts'
export {
  REFUSALS,
  VIEWS,
  proposeLock,
  recordView,
  refuseCase,
  type View,
} from './services/desk/decisions.ts'
export { askLogAgain, officersSignature, signAsOfficer } from './services/desk/officer-signs.ts'
export { hasSaidKnown, takeCase, takeReport } from './services/desk/takings.ts'
export { takeRequest } from './services/desk/take-request.ts'
export { ASKED, askPolice, phoneNumber, type AskedOfPolice } from './services/requests/ask.ts'
export { REQUEST_REFUSALS, answerRequest, type RequestRefusal } from './services/requests/answer.ts'
export {
  listRequests,
  requestAtDesk,
  waitingRequests,
  type PoliceRequest,
  type RequestAtDesk,
} from './services/requests/look.ts'
export { requestFollowed, requestNow, type RequestNow } from './services/requests/follow.ts'
export { modelOfNumber } from './services/requests/model-of-number.ts'
export { reportOfCard, reportStolen } from './services/reports.ts'
export {
  addPasskey,
  createAccount,
  passkeysOf,
  removePasskey,
  type ListedPasskey,
} from './services/people/account-passkeys.ts'
export {
  firstUseWanted,
  newPasskeyWanted,
  passkeyMade,
  type MadePasskey,
} from './services/people/new-passkeys.ts'
export { demandOwnPasskey, permitPasskey, usePermit } from './services/people/passkey-permits.ts'
export { signInWanted, signedIn, type Passkey } from './services/people/passkeys.ts'
export {
  authorityOf,
  type AuthorityKey,
  type AuthorityView,
  type CappedName,
  type Standing,
} from './services/desk/authority.ts'
export { sayKnown } from './services/desk/known-people.ts'
export { unusualOf, type UnusualLook } from './services/desk/marked-looks.ts'
export { auditTrailOf, type Trace, type TrailFilter } from './services/desk/trail.ts'
export type { PoliceLooks } from './services/owners/police-looks.ts'
export { newKeysOf } from './services/people/new-keys.ts'
export {
  beginSignOn,
  forceInPath,
  forcesWithSignOn,
  signedOnOfficer,
} from './services/people/single-sign-on.ts'
export { officerOf, signedInOfficer, type Officer } from './services/people/officers.ts'
export {
  endSession,
  findSession,
  isCsrf,
  isSessionOpen,
  openSession,
  type Session,
} from './services/people/sessions.ts'
