import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const INSTALLED = '/usr/lib/postgresql'

/** A PostgreSQL server that is gone after `stop`. */
export interface ThrowawayPostgres {
  readonly url: string
  readonly stop: () => void
}

/**
 * Starts one of this machine's own PostgreSQL programs on a unix socket in a temporary folder, so
 * that no port is taken and nobody else can reach it. @throws {Error} none is installed, or it does not start
 */
export function startThrowawayPostgres({ fsync }: { fsync: boolean }): ThrowawayPostgres {
  const bin = newestBin()
  if (bin === undefined) throw new Error(`no PostgreSQL in ${INSTALLED}; npm run test:prepare`)
  const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-pg-'))
  const data = join(folder, 'data')
  const run = (program: string, ...args: string[]) => {
    const command = [join(bin, program), ...args]
    // PostgreSQL refuses to run as root
    if (process.getuid?.() === 0) command.unshift('runuser', '-u', 'postgres', '--')
    execFileSync(command[0]!, command.slice(1), { cwd: folder, stdio: 'ignore' })
  }
  const stop = () => {
    if (existsSync(join(data, 'postmaster.pid')))
      run('pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    if (process.getuid?.() === 0) chownSync(folder, ...postgresUser())
    run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8')
    const options = `-c listen_addresses='' -c unix_socket_directories='${folder}' -c fsync=${fsync ? 'on' : 'off'}`
    run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start')
  } catch (error) {
    stop()
    throw new Error(`PostgreSQL did not start (${(error as Error).message})`, { cause: error })
  }
  return { url: `postgres://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`, stop }
}

function newestBin(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined
  const versions = readdirSync(INSTALLED).filter((version) => Number(version) >= 15)
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0]
  return newest === undefined ? undefined : join(INSTALLED, newest, 'bin')
}

function postgresUser(): [number, number] {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return [id('-u'), id('-g')]
}
