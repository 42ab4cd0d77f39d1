import { beforeEach, expect, test } from 'vitest'
import { EdgeLog, phone } from '../../../test/edge-log.ts'
import { makeLogger } from '../../host/index.ts'
import { Follower } from '../follower.ts'
import { Register } from '../register.ts'
import { TablesFault, followerTablesInMemory, type FollowerTables } from './follower-tables.ts'

const stolen = phone(1)
const held = phone(2)

let log: EdgeLog
let register: Register
let follower: Follower
let isDiskBad: boolean

/** Tables whose disk fails when it is to. */
function failing(): FollowerTables {
  const tables = followerTablesInMemory()
  for (const table of Object.values(tables) as { get(key: unknown): unknown }[]) {
    const get = table.get.bind(table)
    table.get = (key) => {
      if (isDiskBad) throw new TablesFault('bad')
      return get(key)
    }
  }
  return tables
}

beforeEach(() => {
  log = new EdgeLog()
  isDiskBad = false
  const tables = failing()
  register = new Register({ tables })
  const { origin, trust } = log
  const logger = makeLogger('test', 'silent')
  follower = new Follower({
    origin,
    trust,
    register,
    tables,
    logger,
    onCovered: () => undefined,
  })
  log.lock(stolen)
  log.hold(held)
  publish()
})

function publish(): void {
  for (const record of log.records.slice(follower.next)) follower.receive(record)
  follower.note(log.checkpoint())
}

test('a number that is refused goes on being refused by the index, and nobody else is', () => {
  isDiskBad = true
  expect(register.stateOf(stolen.imei)).toBe('stolen')
  expect(register.stateOf(phone(3).imei)).toBeUndefined()
  isDiskBad = false
  expect(register.stateOf(held.imei)).toBe('held')
})

test('an order that could not be looked at is not one that the law refuses: nothing more is taken', () => {
  const { size } = follower
  log.lock(phone(3))
  isDiskBad = true
  expect(publish).toThrow(TablesFault)
  expect([follower.isBroken, follower.size, follower.refusedOrders]).toEqual([true, size, 0])
  isDiskBad = false
  expect(register.stateOf(stolen.imei)).toBe('stolen')
})
