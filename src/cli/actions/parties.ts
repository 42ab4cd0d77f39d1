import { readConfig } from '../config.ts'
import { EXIT, print, say, untilStopped } from '../out.ts'
import { runCosigner, runEdge, runPhone, runRegistry, type Running } from '../parties.ts'

interface Options {
  readonly json?: boolean
}

export const serve = (options: Options) =>
  runUntilStopped('registry', options, () => {
    const { config, secrets } = readConfig(process.env)
    return runRegistry(config, secrets, () => process.exit(EXIT.failed))
  })

export const witness = (options: Options) =>
  runUntilStopped('witness', options, () => runCosigner(readConfig(process.env).config, 'witness'))

export const guardian = (options: Options) =>
  runUntilStopped('guardian', options, () =>
    runCosigner(readConfig(process.env).config, 'guardian'),
  )

export const edge = (options: Options) =>
  runUntilStopped('edge', options, () => runEdge(readConfig(process.env).config))

export const device = (folders: readonly string[], options: Options) =>
  runUntilStopped('device', options, async () => {
    const { config } = readConfig(process.env)
    const phones = await Promise.all(
      folders.map((folder, i) => runPhone(config, folder, config.phonePort + i)),
    )
    const close = async () => void (await Promise.all(phones.map((phone) => phone.close())))
    return { url: phones.map(({ url }) => url).join(' '), close }
  })

async function runUntilStopped(
  name: string,
  { json }: Options,
  start: () => Promise<Running>,
): Promise<void> {
  const running = await start()
  if (json) print(true, { party: name, url: running.url }, '')
  say(`${name} is ready at ${running.url}`)
  await untilStopped(() => running.close())
}
