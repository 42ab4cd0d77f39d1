/**
 * Signs that several phones wear one number: a row for each number, reason and day, and for whoever says
 * so. Sightings are found by number, too: the same number in two countries at once is such a sign.
 */
export const cloneSignals: readonly string[] = [
  `create table if not exists clone_signals (
    imei14 text not null,
    why text not null,
    day bigint not null,
    reporter text not null,
    first_ms bigint not null,
    last_ms bigint not null,
    subscribers bigint not null,
    places jsonb not null,
    primary key (imei14, why, day, reporter)
  )`,
  `create index if not exists clone_signals_by_reporter on clone_signals (reporter, day)`,
  `create index if not exists sightings_by_imei on sightings (imei14, at_ms)`,
  `create index if not exists cases_by_subject on cases (subject_id)`,
]
