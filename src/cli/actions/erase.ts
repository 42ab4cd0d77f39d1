import { call } from '../../host/index.ts'
import { ErasureAnswer } from '../../wire/index.ts'
import { readConfig } from '../config.ts'
import { Files, loadSigner } from '../files.ts'
import { print } from '../out.ts'

interface Options {
  readonly registry?: string
  readonly key?: string
  readonly json?: boolean
}

export async function erase(number: string, options: Options): Promise<void> {
  const { config } = readConfig(process.env)
  const answer = await call({
    method: 'POST',
    base: options.registry ?? config.registryUrl,
    path: '/v1/erasures',
    body: /[a-z]/i.test(number) ? { serial: number } : { imei: number },
    answer: ErasureAnswer,
    signer: await loadSigner(options.key ?? new Files(config.data).key('registry-a')),
  })
  const { orders, cases, reports, sightings, owner } = answer
  print(
    options.json ?? false,
    answer,
    `Erased: openings of ${orders} orders, ${cases} cases, ${reports} reports, ${sightings} sightings${owner ? ', the owner' : ''}.`,
  )
}
