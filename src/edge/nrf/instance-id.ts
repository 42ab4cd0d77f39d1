import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileDurably } from '../../host/index.ts'

/** The register's NF instance id: drawn once, and the same as long as its folder lives. */
export async function openInstanceId(dataDir: string): Promise<string> {
  const path = join(dataDir, 'nf-instance-id')
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const id = randomUUID()
  await writeFileDurably(path, Buffer.from(`${id}\n`))
  return id
}
