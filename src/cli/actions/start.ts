import { readConfig } from '../config.ts'
import { Constellation } from '../constellation.ts'
import { EXIT, print, say, strong, untilStopped } from '../out.ts'

/** A handful: each is real, and each has a folder, a key and an owner. */
const PHONES = 5

interface Options {
  readonly json?: boolean
}

export async function start({ json = false }: Options): Promise<void> {
  const { config, secrets } = readConfig({ STOLEN_MODE_LOG_LEVEL: 'warn', ...process.env })
  const world = new Constellation(config, secrets)
  world.onLost = (name) => {
    say(`${name} ended unexpectedly; stopping the others`)
    process.exitCode = EXIT.failed
    void world.close().then(() => process.exit())
  }
  say('Starting (the first start also founds a demonstration trust root and makes the phones) …')
  const stopped = untilStopped(() => world.close())
  try {
    await world.start({ phones: PHONES, switchedOn: PHONES, hasLab: true })
  } catch (error) {
    await world.close()
    throw error
  }
  const { registryUrl, edgeUrl, edgeAdminUrl } = world
  const phones = world.phones.map(({ serial }, i) => ({ serial, url: world.phoneUrl(i) }))
  print(json, { registryUrl, edgeUrl, edgeAdminUrl, phones }, addresses(world))
  await stopped
}

function addresses(world: Constellation): string {
  // A passkey belongs to a name: under an address no browser shows one.
  const pages = world.registryUrl.replace('//127.0.0.1', '//localhost')
  const phones = world.phones.map((phone, i) => `  ${phone.serial}   ${world.phoneUrl(i)}/glass`)
  return [
    strong('Stolen Mode demonstration. Not a police service; its trust root is its own.'),
    '',
    `  the lab           ${pages}/lab`,
    `  start page        ${pages}/`,
    `  check a phone     ${pages}/check`,
    `  report one stolen ${pages}/report`,
    `  API               ${world.registryUrl}/openapi.json`,
    `  public log        ${world.registryUrl}/log/checkpoint`,
    `  operator's EIR    ${world.edgeUrl} (HTTP/2)   ${world.edgeAdminUrl}/healthz`,
    '',
    'Phones:',
    ...phones,
    '',
    'Stop with Ctrl-C; the same log goes on at the next start.',
  ].join('\n')
}
