import { InvalidArgumentError, Option, type Command } from 'commander'

/** An action whose module is loaded when it is called: help and usage must not wait for it. */
export function later<A extends readonly unknown[]>(
  load: () => Promise<(...args: A) => Promise<void>>,
): (...args: A) => Promise<void> {
  return async (...args) => (await load())(...args)
}

/** @throws {InvalidArgumentError} */
function address(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('Expected an address such as http://127.0.0.1:8080.')
  return text.replace(/\/+$/, '')
}

/** @throws {InvalidArgumentError} */
export function count(text: string): number {
  if (!/^[1-9][0-9]{0,6}$/.test(text))
    throw new InvalidArgumentError('Expected a whole number from 1.')
  return Number(text)
}

/** @throws {InvalidArgumentError} */
function port(text: string): number {
  const number = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN
  if (!(number <= 65_535)) throw new InvalidArgumentError('Expected a port, 0 to 65535.')
  return number
}

/** Collects an option that may be given more than once. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

export const portOption = () =>
  new Option('--port <n>', 'port on 127.0.0.1; 0 for any free one').argParser(port)
export const jsonOption = () => new Option('--json', 'one JSON object on stdout')
export const addressOption = (flags: string, what: string) =>
  new Option(flags, what).argParser(address)
export const registryOption = () => addressOption('--registry <url>', 'registry to ask')
export const whyOption = () =>
  new Option('--why <word>', 'the crime')
    .choices(['theft', 'robbery', 'burglary', 'lost'])
    .default('theft')

/** Of the acts that wait. */
export const actOption = (acts: readonly string[]) =>
  new Option('--act <word>', 'what is asked for').choices(acts).makeOptionMandatory()
export const secretOption = () =>
  new Option('--secret <where>', 'passphrase or PIN: first line of a file, or fd:3; else a prompt')

/** What every command of a party that asks the registry understands. */
export function asking(command: Command, who: string, key: string): Command {
  return command
    .addOption(registryOption())
    .option('--key <name>', `${who}'s key: a file or a token (demonstration: keys/${key}.pem)`)
    .addOption(secretOption())
    .addOption(jsonOption())
}
