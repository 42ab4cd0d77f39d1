import { call } from '../../host/index.ts'
import { CheckAnswer } from '../../wire/index.ts'
import { readConfig } from '../config.ts'
import { EXIT, print } from '../out.ts'

interface Options {
  readonly registry?: string
  readonly json?: boolean
}

export async function check(number: string, options: Options): Promise<void> {
  const base = options.registry ?? readConfig(process.env).config.registryUrl
  const body = /[a-z]/i.test(number) ? { serial: number } : { imei: number }
  const answer = await call({ method: 'POST', base, path: '/v1/checks', body, answer: CheckAnswer })
  print(
    options.json ?? false,
    answer,
    `${answer.sentence}\nReady for handover: ${answer.readyForHandover ? 'yes' : 'no'}\n(as of entry ${answer.treeSize} of the public log, ${answer.at})`,
  )
  process.exitCode = answer.state === 'protected' ? EXIT.done : EXIT.found
}
