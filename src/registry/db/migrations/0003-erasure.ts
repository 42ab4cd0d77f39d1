/**
 * Where a device's counter stands whose orders were erased, since its phone may have obeyed them; and
 * which orders those are, so that a row that is missing for another reason is noticed.
 */
export const erasure: readonly string[] = [
  `alter table subjects add column if not exists ctr_floor bigint not null default 0`,
  `create table if not exists erased_orders (log_index bigint primary key)`,
]
