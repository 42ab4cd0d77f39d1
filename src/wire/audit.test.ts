import { describe, expect, it } from 'vitest'
import { EdgeLog, phone } from '../../test/edge-log.ts'
import { filesOf } from '../../test/served-log.ts'
import { Ledger } from '../core/index.ts'
import { nodeVerifiers, sha256Fast } from '../host/index.ts'
import { auditLaw, type AuditPosition, type LawAudit } from './audit.ts'

const HOUR = 3_600_000

/** Two thefts; the first phone is found and goes home. */
function twoThefts(): EdgeLog {
  const log = new EdgeLog()
  const [first, second] = [phone(1), phone(2)]
  const hold = log.hold(first)
  log.now += HOUR / 2
  const lock = log.lock(first, { of: hold.index, ctr: 2 })
  log.lock(second)
  log.now += 24 * HOUR
  const found = log.found(first, lock)
  log.now += 2 * HOUR
  log.release(first, found)
  return log
}

/** Counts the signatures that were really verified. */
function auditOf(log: EdgeLog, changes: Partial<LawAudit> = {}, checkpoint = log.checkpoint()) {
  const files = filesOf(
    log.records.map(({ entry }) => entry),
    checkpoint,
  )
  const { es256, ed25519 } = nodeVerifiers()
  let verified = 0
  const counting: typeof es256 = (...args) => {
    verified++
    return es256(...args)
  }
  const trust = { ...log.trust, verify: { es256: counting, ed25519 } }
  const run = () =>
    auditLaw({
      trust,
      headTrust: trust,
      origin: log.origin,
      read: async (path) => files.get(path) ?? null,
      sha256: sha256Fast,
      earlier: [],
      resume: null,
      ...changes,
    })
  return { run, verified: () => verified }
}

describe('the audit of a log', () => {
  it('recomputes its figures from the entries alone', async () => {
    const log = twoThefts()
    const { checkpoint, isGuarded, breaches, figures } = await auditOf(log).run()
    expect(checkpoint.size).toBe(log.size)
    expect(isGuarded).toBe(true)
    expect(breaches).toEqual([])
    expect(figures.total).toMatchObject({
      holds: 1,
      locks: 2,
      found: 1,
      releases: { returned: 1, issuedInError: 0 },
      outstanding: { held: 0, stolen: 1, recovered: 0 },
      medianSeconds: { holdToLock: 1_800, lockToFound: 86_400, foundToRelease: 7_200 },
    })
    expect(figures.authorities.map(({ authority }) => authority)).toEqual(['zz.force'])
    expect(figures.entries).toEqual({ certificate: log.size - 5, order: 5 })
  })

  it('lists what breaks the law, passes over it, and goes on', async () => {
    const log = twoThefts()
    const { intake, officers } = log.founding
    const by = [officers[0]!.signer]
    const order = { act: 'hold', ctr: 1, auth: intake.sub, why: 1 } as const
    const { index } = log.order(phone(3), order, by)
    log.append(new Uint8Array([1, 2, 3]), null)
    log.hold(phone(4))
    const { breaches, figures } = await auditOf(log).run()
    expect(breaches).toEqual([
      { index, code: 'signer-set', isStopped: false },
      { index: index + 1, code: 'malformed', isStopped: false },
    ])
    expect(figures.total.holds).toBe(2)
  })

  it('counts every lock against every name above it: one beyond the cap is a breach', async () => {
    const log = new EdgeLog({ capPerHour: 2 })
    for (const serial of [1, 2, 3]) log.lock(phone(serial))
    const { breaches, figures } = await auditOf(log).run()
    expect(breaches).toEqual([{ index: log.size - 1, code: 'cap-exceeded', isStopped: false }])
    expect(figures.total.locks).toBe(2)
  })

  it('takes no other log under the same root for the one it asked for', async () => {
    const [home, abroad] = EdgeLog.several('ZZ', 'XA')
    await auditOf(home!).run()
    const swapped = auditOf(abroad!, { origin: home!.origin })
    await expect(swapped.run()).rejects.toMatchObject({ code: 'log-unknown' })
  })

  it('says when the guardians do not stand behind the newest checkpoint', async () => {
    const log = twoThefts()
    const { isGuarded } = await auditOf(log, {}, log.checkpoint({ guardians: 0 })).run()
    expect(isGuarded).toBe(false)
  })
})

describe('an interrupted audit', () => {
  /** The position an audit of this log ends with. */
  async function positionOf(log: EdgeLog): Promise<AuditPosition> {
    let last: AuditPosition | null = null
    await auditOf(log, { reached: (at) => void (last = at()) }).run()
    return last!
  }

  it('goes on where it was: nothing is verified twice, and all comes out the same', async () => {
    const log = twoThefts()
    // What the law refused before must not be taken because its signature is not looked at again.
    const { intake, forceOrder } = log.founding
    log.order(phone(3), { act: 'hold', ctr: 1, auth: intake.sub, why: 1 }, [forceOrder.signer])
    const resume = await positionOf(log)
    expect(resume.size).toBe(log.size)
    const again = auditOf(log, { resume })
    expect(await again.run()).toEqual(await auditOf(log).run())
    expect(again.verified()).toBe(0)
    log.lock(phone(5))
    const more = auditOf(log, { resume })
    expect((await more.run()).figures.total.locks).toBe(3)
    expect(more.verified()).toBe(3)
  })

  it('begins anew when the entries below are not those it verified', async () => {
    const log = twoThefts()
    const resume = await positionOf(twoThefts())
    const { intake, forceOrder } = log.founding
    log.order(phone(3), { act: 'hold', ctr: 1, auth: intake.sub, why: 1 }, [forceOrder.signer])
    const audit = auditOf(log, { resume })
    expect((await audit.run()).breaches).toHaveLength(1)
    expect(audit.verified()).toBe(auditOfFresh(log))
  })

  it('begins anew when the log ends below the position', async () => {
    const log = twoThefts()
    const root = new Uint8Array(32)
    const audit = auditOf(log, { resume: { size: log.size + 1, root, breaches: [] } })
    expect((await audit.run()).figures.total.locks).toBe(2)
    expect(audit.verified()).toBe(auditOfFresh(log))
  })
})

/** Signatures of a log, counted: certificates have one, a nation's three by root keys. */
function auditOfFresh(log: EdgeLog): number {
  const { es256 } = nodeVerifiers()
  let count = 0
  const trust = {
    ...log.trust,
    verify: {
      ...log.trust.verify,
      es256: (...args: Parameters<typeof es256>) => ++count > 0 && es256(...args),
    },
  }
  const ledger = new Ledger(trust.root, trust.verify.es256, log.origin)
  for (const { index, entry } of log.records)
    try {
      ledger.apply(index, entry)
    } catch {
      ledger.pass(index)
    }
  return count
}
