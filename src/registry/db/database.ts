import type { Kysely } from 'kysely'
import type { Refusal } from '../../core/refusal.ts'
import { openEmbedded, type EmbeddedConfig } from './embedded.ts'
import { openServer } from './server.ts'
import type { Schema } from './tables.ts'

/** One PostgreSQL, wherever it runs; the SQL above this line does not know which. */
export interface Database {
  readonly db: Kysely<Schema>
  readonly engine: 'embedded' | 'server'
  /** Successful fsyncs since opening; a server does not tell. */
  fsyncCount(): number | undefined
  /** Called once when the database is over for this process, at once if it already is. */
  onFatal(handler: (reason: Refusal) => void): void
  close(): Promise<void>
}

export type DatabaseConfig = EmbeddedConfig | { readonly url: string }

/** Opens it as it is; `migrate` brings its tables up to date. */
export function openDatabase(config: DatabaseConfig): Promise<Database> {
  return 'url' in config ? openServer(config.url) : openEmbedded(config)
}
