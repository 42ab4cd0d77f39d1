import { Refusal, parseImei, signSale, toBase64 } from '../../core/index.ts'
import { readFileLines } from '../../host/index.ts'
import { SalesAnswer } from '../../wire/index.ts'
import { OfficerDesk } from '../clients/officer.ts'
import { patiently } from '../clients/patience.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { print } from '../out.ts'
import { progressBar } from '../progress.ts'
import { secretsFrom } from '../secrets.ts'

interface Options {
  readonly registry?: string
  readonly key?: string
  readonly secret?: string
  readonly json?: boolean
}

interface Refused {
  readonly line: number
  readonly code: string
}

const PAGE = 500
const LIMITS = { lineBytes: 64, totalBytes: 256 * 1024 * 1024 }

/** One number a line; repeating a file tells nothing new. */
export async function tellSales(file: string, options: Options): Promise<void> {
  const { config } = readConfig(process.env)
  const seller = await loadSigner(
    options.key ?? new Files(config.data).key('seller'),
    secretsFrom(options.secret),
  )
  const desk = new OfficerDesk(options.registry ?? config.registryUrl, seller)
  const { sold, refused } = await readNumbers(file)
  const counts = { sold: 0, free: 0 }
  const entries: number[] = []
  const bar = progressBar('sales', sold.length)
  try {
    for (let at = 0; at < sold.length; at += PAGE) {
      const page = sold.slice(at, at + PAGE)
      const now = desk.nowSeconds()
      const sales = page.map(({ imei }) => toBase64(signSale({ imei, at: now }, seller)))
      const { index, results } = await patiently(() =>
        desk.post('/v1/sales', { sales }, SalesAnswer),
      )
      if (index !== null) entries.push(index)
      for (const [i, { result, code = 'malformed' }] of results.entries())
        if (result === 'refused') refused.push({ line: page[i]!.line, code })
        else counts[result]++
      bar.advance(page.length)
    }
  } finally {
    bar.stop()
  }
  const lines = [`Sold: ${counts.sold}; free before: ${counts.free}; refused: ${refused.length}`]
  for (const { line, code } of refused) lines.push(`  line ${line}: ${code}`)
  print(options.json ?? false, { ...counts, entries, refused }, lines.join('\n'))
}

async function readNumbers(path: string) {
  const sold: { line: number; imei: ReturnType<typeof parseImei>['imei14'] }[] = []
  const refused: Refused[] = []
  await readFileLines({
    path,
    limits: LIMITS,
    onLine: ({ line, text }) => {
      if (text === '') return
      try {
        sold.push({ line, imei: parseImei(text ?? '').imei14 })
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        refused.push({ line, code: error.code })
      }
    },
  })
  return { sold, refused }
}
