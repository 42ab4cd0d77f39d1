import { toBase64 } from '../../core/index.ts'
import { call } from '../../host/index.ts'
import { DocumentAnswer } from '../../wire/index.ts'
import { readPaper } from '../ceremony/papers.ts'
import { readConfig } from '../config.ts'
import { print } from '../out.ts'

/** Brings signed documents to the log, in the order given. The signature is the permission. */
export async function publish(
  paths: readonly string[],
  options: { registry?: string; json?: boolean },
): Promise<void> {
  const base = options.registry ?? readConfig(process.env).config.registryUrl
  const logged = []
  for (const file of paths) {
    const body = { document: toBase64(await readPaper(file)) }
    const answer = await call({
      method: 'POST',
      base,
      path: '/v1/log/documents',
      body,
      answer: DocumentAnswer,
    })
    logged.push({ file, ...answer })
  }
  const lines = logged.map(({ file, kind, index }) => `${file}: ${kind}, entry ${index} of the log`)
  print(options.json ?? false, logged, lines.join('\n'))
}
