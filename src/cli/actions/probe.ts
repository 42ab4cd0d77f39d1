import { type Imei14, parseImei14 } from '../../core/index.ts'
import { fraction } from '../../host/index.ts'
import { ProbeAnswer } from '../../wire/index.ts'
import { OfficerDesk } from '../clients/officer.ts'
import { probeRegister } from '../clients/prober.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { blacklistPages } from '../lists/pages.ts'
import { EXIT, print } from '../out.ts'
import { RegisterProbe } from '../../sim/index.ts'
import { secretsFrom } from '../secrets.ts'

interface Options {
  readonly operator: string
  readonly register: string
  readonly count: number
  readonly graceSeconds: number
  readonly registry?: string
  readonly key?: string
  readonly secret?: string
  readonly json?: boolean
}

/** Asks a register as a network would, compares with the log, and makes what was found public. */
export async function probe(url: string, options: Options): Promise<void> {
  const { config } = readConfig(process.env)
  const name = options.key ?? new Files(config.data).key('registry-a')
  const key = await loadSigner(name, secretsFrom(options.secret))
  const desk = new OfficerDesk(options.registry ?? config.registryUrl, key)
  const register = new RegisterProbe(url)
  try {
    const found = await probeRegister({
      listed: () => listed(desk),
      ask: (imei) => register.ask(imei),
      count: options.count,
      graceMs: options.graceSeconds * 1000,
      random: fraction,
    })
    const { operator } = options
    const counts = {
      asked: found.asked,
      missingBlock: found.missingBlock.length,
      overBlock: found.overBlock.length,
    }
    if (found.asked > 0)
      await desk.post(
        '/v1/registers/probes',
        { operator, register: options.register, ...counts },
        ProbeAnswer,
      )
    const ok = counts.missingBlock + counts.overBlock === 0
    const text = [
      `Asked ${counts.asked}: ${counts.missingBlock} missing-block, ${counts.overBlock} over-block.`,
      ...(found.asked > 0 ? [] : ['No number is refused by this log, so there is nothing to ask.']),
    ]
    print(options.json ?? false, { ok, ...counts }, text.join('\n'))
    if (!ok) process.exitCode = EXIT.failed
  } finally {
    register.close()
  }
}

async function listed(desk: OfficerDesk): Promise<ReadonlySet<Imei14>> {
  const all = new Set<Imei14>()
  for await (const { items } of blacklistPages(desk))
    for (const { imei14 } of items) all.add(parseImei14(imei14))
  return all
}
