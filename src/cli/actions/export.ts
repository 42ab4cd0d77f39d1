import { utf8 } from '../../core/index.ts'
import { LIST_FORMATS, formatList } from '../../wire/index.ts'
import { writeWhole } from '../files.ts'
import { gatherBlacklist } from '../lists/pages.ts'
import { blacklistLine } from '../lists/wanted.ts'
import { say, wrongUsage } from '../out.ts'
import { exportBlacklistRun, openSource, type RunOptions } from './export-run.ts'

interface Options extends RunOptions {
  readonly out?: string
}

export async function exportBlacklist(options: Options): Promise<void> {
  if (options.run !== undefined) {
    if (options.out !== undefined) throw wrongUsage('--out and --run exclude each other')
    return exportBlacklistRun({ ...options, run: options.run })
  }
  const { source } = await openSource(options)
  const { at, numbers } = await gatherBlacklist(source.desk, source.trust)
  const text = options.json
    ? [...numbers]
        .map(([imei14, why]) => `${JSON.stringify({ imei: source.spell(imei14), ...why })}\n`)
        .toSorted()
        .join('')
    : formatList(
        LIST_FORMATS.blacklist,
        [...numbers].map(([imei14, why]) => blacklistLine(source, imei14, why)),
      )
  if (options.out === undefined) process.stdout.write(text)
  else await writeWhole(options.out, utf8(text)) // whoever polls for it must not find half of it
  say(`${numbers.size} numbers, as of entry ${at.treeSize} of the public log`)
}
