import {
  tablesInMemory,
  type Imei14,
  type Listing,
  type OrderTables,
  type Table,
} from '../../core/index.ts'

/** What was kept cannot be read: a fault of the disk, and no word about any order. */
export class TablesFault extends Error {}

/** Whose order it is, as its opening says. */
export interface OpenedDevice {
  /** The device's key or, where nobody enrolled it, its number. */
  readonly subject: string
  readonly imeis: readonly Imei14[]
  /** Leaf of the order before it about the same subject. */
  readonly previous: number | null
}

/** What the orders of one subject say of a number. */
export interface Worn extends Listing {
  readonly subject: string
}

/** All that a register keeps of the orders of one log. */
export interface FollowerTables extends OrderTables {
  /** By leaf. */
  readonly opened: Table<number, OpenedDevice>
  /** By subject: the leaf of its newest order. */
  readonly newest: Table<string, number>
  /** By number: by whom it is worn. */
  readonly worn: Table<Imei14, readonly Worn[]> & { keys(): Iterable<Imei14> }
  /** By subject: the numbers it wears. */
  readonly numbers: Table<string, readonly Imei14[]>
}

export function followerTablesInMemory(): FollowerTables {
  return {
    ...tablesInMemory(),
    opened: new Map(),
    newest: new Map(),
    worn: new Map(),
    numbers: new Map(),
  }
}
