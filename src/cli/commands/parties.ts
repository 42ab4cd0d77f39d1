import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { EXIT, say, untilStopped } from '../out.ts'
import { runCosigner, runEdge, runPhone, runRegistry, type Running } from '../parties.ts'

/** The commands that run until they are stopped: one organisation each. */
export function partyCommands(program: Command): void {
  program
    .command('serve')
    .description('run the registry: database, log, interface and pages')
    .action(() =>
      runUntilStopped('registry', () => {
        const { config, secrets } = readConfig(process.env)
        return runRegistry(config, secrets, () => process.exit(EXIT.failed))
      }),
    )
  program
    .command('witness')
    .description('run a witness: cosigns what continues what it has seen')
    .action(() =>
      runUntilStopped('witness', () => runCosigner(readConfig(process.env).config, 'witness')),
    )
  program
    .command('guardian')
    .description('run a guardian: cosigns only what is lawful and within its caps')
    .action(() =>
      runUntilStopped('guardian', () => runCosigner(readConfig(process.env).config, 'guardian')),
    )
  program
    .command('edge')
    .description("run an operator's equipment identity register")
    .action(() => runUntilStopped('edge', () => runEdge(readConfig(process.env).config)))
  program
    .command('device')
    .argument('<folder...>', 'folders that hold a phone each')
    .description('switch simulated phones on')
    .action((folders: string[]) =>
      runUntilStopped('device', async () => {
        const { config } = readConfig(process.env)
        const phones = await Promise.all(
          folders.map((folder, i) => runPhone(config, folder, config.phonePort + i)),
        )
        const close = async () => void (await Promise.all(phones.map((phone) => phone.close())))
        return { url: phones.map(({ url }) => url).join(' '), close }
      }),
    )
}

async function runUntilStopped(name: string, start: () => Promise<Running>): Promise<void> {
  const running = await start()
  say(`${name} is ready at ${running.url}`)
  await untilStopped(() => running.close())
}
