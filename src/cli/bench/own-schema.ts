import pg from 'pg'

/** Work in a schema of one's own on somebody's server, dropped afterwards: nothing of theirs is touched. */
export async function withSchema<T>(
  url: string,
  schema: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const name = client.escapeIdentifier(schema)
  try {
    await client.query(`create schema ${name}`)
    const own = new URL(url)
    own.searchParams.set('options', `-c search_path=${schema}`)
    return await work(own.href)
  } finally {
    await client.query(`drop schema if exists ${name} cascade`)
    await client.end()
  }
}
