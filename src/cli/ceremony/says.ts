import { InvalidArgumentError, Option, type Command } from 'commander'
import {
  POWERS,
  Refusal,
  parseTac,
  type Caps,
  type Power,
  type RelyingParty,
  type Tac,
} from '../../core/index.ts'
import type { Row } from '../actions/stops.ts'
import { count, jsonOption, secretOption } from '../options.ts'

/** @throws {InvalidArgumentError} */
function refused<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof Refusal) throw new InvalidArgumentError(`Expected ${error.message}.`)
    throw error
  }
}

function actOf(text: string): Power {
  const act = POWERS.find((known) => known === text)
  if (act === undefined) throw new InvalidArgumentError(`Acts are ${POWERS.join(', ')}.`)
  return act
}

const actsIn = (text: string): readonly Power[] => text.split(',').map((part) => actOf(part))

const tacsIn = (text: string): readonly Tac[] =>
  text.split(',').map((part) => refused(() => parseTac(part)))

function capIn(text: string, before: Caps): Caps {
  const [, act, hour, daily] = /^([a-z]+)=([0-9]{1,7})\/([0-9]{1,7})$/.exec(text) ?? []
  if (act === undefined) throw new InvalidArgumentError('Expected ACT=HOUR/DAY, as lock=100/600.')
  return { ...before, [actOf(act)]: [Number(hour), Number(daily)] }
}

function countryIn(text: string): string {
  if (!/^[A-Z]{2}$/.test(text)) throw new InvalidArgumentError('Expected two capital letters.')
  return text
}

/** 0 is a log index too. */
function indexIn(text: string): number {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) throw new InvalidArgumentError('Expected an index.')
  return Number(text)
}

const indexesIn = (text: string): readonly number[] => text.split(',').map((part) => indexIn(part))

function rowIn(text: string, before: readonly Row[]): readonly Row[] {
  const [, path, index] = /^(.+?)(?:@([0-9]+))?$/.exec(text)!
  return [...before, { path: path!, index: index === undefined ? null : indexIn(index) }]
}

interface Replaced {
  readonly number: number
  readonly path: string
}

function replacedIn(text: string, before: readonly Replaced[]): readonly Replaced[] {
  const [, number, path] = /^([1-5])=(.+)$/.exec(text) ?? []
  if (path === undefined) throw new InvalidArgumentError('Expected NUMBER=FILE, as 4=new.public.')
  return [...before, { number: Number(number), path }]
}

function passkeysIn(text: string, before: readonly RelyingParty[]): readonly RelyingParty[] {
  const [role, rpId, origins] = text.split('=')
  if (!role || !rpId || !origins)
    throw new InvalidArgumentError(
      'Expected ROLE=DOMAIN=ORIGIN, as officer=police.example=https://police.example.',
    )
  return [...before, { role, rpId, origins: origins.split(',') }]
}

export const outOption = (what: string) => new Option('--out <file>', what).makeOptionMandatory()
const yesOption = () => new Option('--yes', 'do not ask: for scripts')
const daysOption = () =>
  new Option('--days <n>', 'validity, at most 399').argParser(count).default(399)
export const yearsOption = () =>
  new Option('--years <n>', 'until a newer version is needed').argParser(count).default(5)
export const passkeysOption = () =>
  new Option('--passkeys <role=domain=origin>', 'where passkeys of a role sign; repeat for more')
    .argParser(passkeysIn)
    .default([], 'none')
export const replaceOption = () =>
  new Option('--replace <number=file>', 'a new public key in place of one of the five')
    .argParser(replacedIn)
    .default([], 'none')
export const indexOption = (flags: string, what: string) =>
  new Option(flags, what).argParser(indexIn)
export const keptOption = () =>
  new Option('--kept <indexes>', 'orders you have checked, that stay in force: 17,23')
    .argParser(indexesIn)
    .default([], 'none')
export const rowOption = (standing: string) =>
  new Option(`--${standing} <certificate[@index]>`, `${standing}, from this entry of the log on`)
    .argParser(rowIn)
    .default([], 'none')

/** A command that signs. */
export function signing(command: Command): Command {
  return command.addOption(secretOption()).addOption(yesOption()).addOption(jsonOption())
}

/** What an issuer may say of a certificate. */
export function terms(command: Command): Command {
  return command
    .addOption(
      new Option('--acts <list>', 'as lock,found; what is usual for the role').argParser(actsIn),
    )
    .addOption(
      new Option('--cap <act=hour/day>', 'at most; repeat for each of hold, lock, retire, pair')
        .argParser(capIn)
        .default({}, "the issuer's; a nation and a force must have theirs said"),
    )
    .addOption(new Option('--tacs <list>', 'only these models').argParser(tacsIn))
    .option('--tel <number>', 'of a force: how the public reaches it, as +442079460100')
    .option('--site <address>', 'of a force, beside the number: https://police.example/found')
    .addOption(new Option('--country <code>', "the issuer's").argParser(countryIn))
    .addOption(daysOption())
}
