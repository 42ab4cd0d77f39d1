/**
 * What casework asks of the tables. A report knows its force, so that a force's queue is cut where the database cuts pages. Of those made before, the
 * hold says it: its payload is deterministic, `auth` stands at byte 27 behind `v`, `act` and `oid`, and names an
 * intake, which is the last label below its force.
 */
export const casework: readonly string[] = [
  `alter table reports add column if not exists force text`,
  `update reports set force = regexp_replace(
    convert_from(
      case get_byte(o.payload, 28)
        when 120 then substring(o.payload from 31 for get_byte(o.payload, 29))
        else substring(o.payload from 30 for get_byte(o.payload, 28) - 96)
      end, 'UTF8'), '[./][^./]*$', '')
    from orders o where o.log_index = reports.hold_index and reports.force is null`,
  `alter table reports alter column force set not null`,
  `create index if not exists reports_by_force on reports (force, at_ms, id)`,
  `create index if not exists cases_by_force on cases (force, at_ms, id)`,
  `alter table audit add column if not exists request_id uuid`,
  `create index if not exists sightings_by_place on sightings (country, network, at_ms)`,
  `create index if not exists sightings_by_reporter on sightings (reporter, at_ms)`,
  `create index if not exists part_bindings_by_host on part_bindings (host)`,
  `create index if not exists part_bindings_by_donor on part_bindings (donor)`,
  `create index if not exists part_claims_by_host on part_claims (host)`,
]
