import type { Refusal } from '../../core/index.ts'
import { readConfig } from '../config.ts'
import { EXIT, runUntilStopped, say } from '../out.ts'
import { runPhone, runRegistry, runStatusSigner } from '../parties.ts'
import { runForceDesk } from '../run-force-desk.ts'
import { runEdge } from '../run-edge.ts'

interface Options {
  readonly json?: boolean
}

export const serve = (options: Options & { readonly lab?: boolean }) =>
  runUntilStopped('registry', options, () => {
    const { config, secrets } = readConfig(process.env)
    const onFatal = (reason: Refusal) => {
      say(`${reason.code}: ${reason.message}`) // the last word: a log may be silent
      process.exit(EXIT.failed)
    }
    return runRegistry(config, secrets, onFatal, { hasLab: options.lab ?? false })
  })

export const statusSigner = (options: Options) =>
  runUntilStopped('status-signer', options, () => {
    const { config } = readConfig(process.env)
    return runStatusSigner(config)
  })

export const forceDesk = (options: Options) =>
  runUntilStopped('force-desk', options, () => runForceDesk(readConfig(process.env).config))

export const edge = (options: Options & { readonly config?: string; readonly secret?: string }) =>
  runUntilStopped('edge', options, () => {
    const { config } = readConfig(process.env)
    const { config: path, secret } = options
    return runEdge({
      config,
      ...(path !== undefined && { path }),
      ...(secret !== undefined && { secret }),
    })
  })

export const device = (folders: readonly string[], options: Options) =>
  runUntilStopped('device', options, async () => {
    const { config } = readConfig(process.env)
    const phones = await Promise.all(
      folders.map((folder, i) => runPhone(config, folder, config.phonePort + i)),
    )
    const close = async () => void (await Promise.all(phones.map((phone) => phone.close())))
    return { url: phones.map(({ url }) => url).join(' '), close }
  })
