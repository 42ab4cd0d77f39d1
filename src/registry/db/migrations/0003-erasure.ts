/** Where a device's counter stands whose orders were erased: its phone may have obeyed them. */
export const erasure: readonly string[] = [
  `alter table subjects add column if not exists ctr_floor bigint not null default 0`,
]
