import type { ColumnType } from 'kysely'

/** Both engines answer int8 with a bigint; small numbers may be written as such. */
export type Int8 = ColumnType<bigint, bigint | number, bigint | number>
export type Int8OrNull = ColumnType<
  bigint | null,
  bigint | number | null | undefined,
  bigint | number | null
>
/** Read, it is a Buffer in fact: a view where Uint8Array's `slice` would copy. */
export type Bytes = Uint8Array
export type BytesOrNull = Uint8Array | null
/** Written as JSON text: pg would take a JavaScript array for one of PostgreSQL's. */
export type Json = ColumnType<unknown, string, string>
