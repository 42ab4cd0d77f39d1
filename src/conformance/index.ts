export { CASES, SUITE } from './cases.ts'
export type { AdapterLink, OpenLink } from './adapter-link.ts'
export type { Case } from './case.ts'
export { difference } from './diff.ts'
export { overHttp } from './http.ts'
export {
  Ask,
  MAX_LINE,
  PROTOCOL,
  Request,
  type Answer,
  type Feature,
  type Move,
} from './protocol.ts'
export { htmlReport } from './report/html.ts'
export { scoreboard } from './report/scoreboard.ts'
export { textReport } from './report/text.ts'
export { resultOf, type Result } from './result.ts'
export { readPackage, writePackage, type VerifiedPackage } from './result-package.ts'
export { Lockstep } from './lockstep.ts'
export { runCases, type CaseResult, type Outcome, type Run } from './runner.ts'
export { overStdio } from './stdio.ts'
