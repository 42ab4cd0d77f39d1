import { accessSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where `scripts/interop-prepare.sh` puts programs, whatever a shell's PATH says. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin']

/** Why a test of other people's programs cannot run here, or undefined. In CI they must be there. */
export function missing(...programs: readonly string[]): string | undefined {
  const absent = programs.filter((program) => !FOLDERS.some((folder) => exists(folder, program)))
  if (absent.length === 0) return undefined
  const why = `no ${absent.join(', ')}; scripts/interop-prepare.sh`
  if (process.env['CI'] !== undefined) throw new Error(why)
  return why
}

function exists(folder: string, program: string): boolean {
  try {
    accessSync(join(folder, program))
    return true
  } catch {
    return false
  }
}
