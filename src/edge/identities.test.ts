import { beforeEach, describe, expect, test } from 'vitest'
import { EdgeLog, START, phone } from '../../test/edge-log.ts'
import { coseSign, distrustPayload, encodeEntry, thumbprint, type Imei14 } from '../core/index.ts'
import { makeLogger } from '../host/index.ts'
import { makeJudge, type Judge, type Seen } from './checks.ts'
import { Follower } from './follower.ts'
import { MergedIdentities } from './merged-identities.ts'
import { MergedRegister } from './merged-register.ts'
import type { UnknownPolicy, Verdict } from './verdict.ts'

const OWNER = '001010000000001'
const THIEF = '001010000000002'
const asker = { peer: 'mme-1', country: 'XA', network: '00101' }
const logger = makeLogger('test', 'silent')
const NOW = START / 1000

let logs: readonly EdgeLog[]
let followers: readonly Follower[]
let seen: Seen[]
let answered: Verdict[]
let identities: MergedIdentities
let judge: Judge

function follow(countries: readonly string[], unknown: UnknownPolicy = 'not-found') {
  logs = EdgeLog.several(...countries)
  const merged = new MergedRegister()
  followers = logs.map(({ origin, trust }) => {
    const register = merged.renew(origin)
    return new Follower({ origin, trust, register, logger, onCovered: () => undefined })
  })
  identities = new MergedIdentities(
    merged,
    followers.map((follower, i) => ({
      origin: logs[i]!.origin,
      identities: follower.identities,
    })),
  )
  seen = []
  answered = []
  judge = makeJudge({
    unknown,
    isReady: () => true,
    stateOf: (imei14) => merged.stateOf(imei14),
    identities,
    onSeen: (one) => void seen.push(one),
    onAnswered: (_check, verdict) => void answered.push(verdict),
  })
}

function publish(options: Parameters<EdgeLog['checkpoint']>[0] = {}) {
  for (const [i, follower] of followers.entries()) {
    for (const record of logs[i]!.records.slice(follower.next)) follower.receive(record)
    follower.note(logs[i]!.checkpoint(options))
  }
}

const word = (imei14: Imei14, imsi: string | null) => {
  const { status, outcome } = judge({ imei14, svn: null, imsi, asker })
  return `${status} ${outcome}`
}

const one = phone(1)
const clone = one.imei

beforeEach(() => follow(['ZZ']))

describe('A13 A45 the owner of a cloned number', () => {
  test('is grey while it is in doubt, and so is the clone', () => {
    const record = logs[0]!.conflict(clone)
    publish()
    for (const imsi of [OWNER, THIEF, null]) expect(word(clone, imsi)).toBe('GREYLISTED conflict')
    expect(seen.map(({ state }) => state)).toEqual(['conflict', 'conflict', 'conflict'])
    logs[0]!.end(record)
    publish()
    expect(word(clone, OWNER)).toBe('null unknown')
  })

  test('passes white as a pair beside the conflict and beside a lock, and nobody else does', () => {
    const [log] = logs
    log!.conflict(clone)
    log!.pair(clone, OWNER)
    publish()
    expect(word(clone, OWNER)).toBe('WHITELISTED override')
    expect(word(clone, THIEF)).toBe('GREYLISTED conflict')
    log!.lock(one)
    publish()
    expect(word(clone, OWNER)).toBe('WHITELISTED override')
    for (const imsi of [THIEF, null, `${OWNER}0`, OWNER.slice(0, -1)])
      expect(word(clone, imsi)).toBe('BLACKLISTED stolen')
    expect(word(phone(2).imei, OWNER)).toBe('null unknown')
  })

  test('a conflict never lightens a block, and a hold stays a hold', () => {
    const [log] = logs
    const [held, locked] = [phone(2), phone(3)]
    for (const { imei } of [held, locked]) log!.conflict(imei)
    log!.hold(held)
    log!.lock(locked)
    publish()
    expect(word(held.imei, OWNER)).toBe('GREYLISTED held')
    expect(word(locked.imei, OWNER)).toBe('BLACKLISTED stolen')
  })

  test.each(['whitelist', 'greylist', 'not-found'] as const)(
    'is white whatever the policy for unknown numbers says: %s',
    (unknown) => {
      follow(['ZZ'], unknown)
      logs[0]!.pair(clone, OWNER)
      publish()
      expect(word(clone, OWNER)).toBe('WHITELISTED override')
    },
  )
})

describe('A89 an exemption', () => {
  test('is still sighted beside what it lightens; an honest phone nothing is said against is not', () => {
    logs[0]!.pair(clone, OWNER)
    publish()
    word(clone, OWNER)
    expect(seen).toEqual([])
    logs[0]!.lock(one)
    publish()
    word(clone, OWNER)
    expect(seen).toEqual([{ imei14: clone, svn: null, state: 'override', asker }])
    expect(answered.map(({ outcome }) => outcome)).toEqual(['override', 'override'])
  })

  test('is over when it says so, by cosigned time', () => {
    const [log] = logs
    log!.lock(one)
    log!.pair(clone, OWNER, NOW + 3_600)
    publish({ at: NOW + 3_600 })
    expect(word(clone, OWNER)).toBe('WHITELISTED override')
    publish({ at: NOW + 3_601 })
    expect(word(clone, OWNER)).toBe('BLACKLISTED stolen')
    publish({ at: NOW + 60 }) // a slow witness does not turn time back
    expect(word(clone, OWNER)).toBe('BLACKLISTED stolen')
  })

  test('can be renewed, and one that is ended takes no other with it', () => {
    const [log] = logs
    log!.lock(one)
    const first = log!.pair(clone, OWNER)
    const second = log!.pair(clone, OWNER)
    log!.end(first)
    publish()
    expect(word(clone, OWNER)).toBe('WHITELISTED override')
    log!.end(second)
    publish()
    expect(word(clone, OWNER)).toBe('BLACKLISTED stolen')
  })

  test('A52 by a stolen key is void from its leaf on', () => {
    const [log] = logs
    log!.lock(one)
    const { index } = log!.pair(clone, OWNER)
    const { forceOrder, national } = log!.founding
    const key = thumbprint(forceOrder.signer.key)
    const record = { key, from: index, reason: 1, kept: [], log: log!.origin }
    const type = 'application/stolen-distrust+cbor'
    const body = coseSign(type, distrustPayload(record), [national.signer])
    publish()
    expect(word(clone, OWNER)).toBe('WHITELISTED override')
    log!.append(encodeEntry({ kind: 'distrust', t: log!.now, body }), null)
    publish()
    expect(word(clone, OWNER)).toBe('BLACKLISTED stolen')
  })

  test('needs the witnesses, and not the guardians: mercy is lighter', () => {
    const [log] = logs
    log!.lock(one)
    publish()
    log!.pair(clone, OWNER)
    publish({ witnesses: 1 })
    expect(word(clone, OWNER)).toBe('BLACKLISTED stolen')
    publish({ guardians: 0 })
    expect(word(clone, OWNER)).toBe('WHITELISTED override')
  })

  test('without its opening, or with one that is damaged, exempts nobody', () => {
    const [log] = logs
    log!.lock(one)
    log!.pair(clone, OWNER)
    const { index, entry, opening } = log!.records.pop()!
    log!.append(entry, null)
    log!.pair(clone, OWNER)
    const last = log!.records.pop()!
    log!.append(last.entry, opening)
    publish()
    expect(word(clone, OWNER)).toBe('BLACKLISTED stolen')
    expect(followers[0]!.refusalOf(index)).toBeUndefined()
    expect(followers[0]!.refusalOf(index + 1)).toBe('opening')
  })
})

describe('several logs', () => {
  const other = phone(7)

  test('a pair exempts from the orders of its own log, and no country whitens what another locked', () => {
    follow(['XA', 'XB'])
    logs[0]!.lock(one)
    logs[1]!.pair(clone, OWNER)
    logs[1]!.pair(other.imei, OWNER)
    logs[1]!.lock(other)
    publish()
    expect(word(clone, OWNER)).toBe('BLACKLISTED stolen')
    expect(word(other.imei, OWNER)).toBe('WHITELISTED override')
    logs[0]!.pair(clone, OWNER)
    publish()
    expect(word(clone, OWNER)).toBe('WHITELISTED override')
  })

  test('a conflict in one is a conflict; each sighting has its registries', () => {
    follow(['XA', 'XB'])
    logs[1]!.conflict(clone)
    logs[0]!.pair(other.imei, OWNER)
    logs[1]!.lock(phone(8))
    publish()
    expect(word(clone, OWNER)).toBe('GREYLISTED conflict')
    const [first, second] = logs.map(({ origin }) => origin)
    expect(identities.logsGiving(clone, 'conflict')).toEqual([second])
    expect(identities.logsGiving(other.imei, 'override')).toEqual([first])
    expect(identities.logsGiving(phone(8).imei, 'stolen')).toEqual([second])
  })
})
