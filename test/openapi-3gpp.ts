import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { parse } from 'yaml'

type Json = Readonly<Record<string, unknown>>

/** 3GPP's OpenAPI files (© 3GPP: not part of this repository), as `jdegre/5GC_APIs` has them. */
export const OPENAPI_FOLDER = process.env['OPENAPI_3GPP']

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** What an operation may answer with, by those files. */
export class OpenApi {
  readonly #documents: ReadonlyMap<string, Json>
  readonly #ajv = new Ajv({ strict: false, logger: false, unicodeRegExp: false, allErrors: true })
  readonly #compiled = new Map<string, ValidateFunction>()

  constructor(folder: string) {
    const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
    const read = (file: string) => parse(readFileSync(join(folder, file), 'utf8')) as Json
    this.#documents = new Map(files.map((file) => [file, withoutDeadEnds(read(file), files)]))
    this.#ajv.addFormat('uuid', UUID)
    for (const [file, document] of this.#documents) this.#ajv.addSchema(document, file)
  }

  /** Throws where `value` is not what the schema says. */
  demand(file: string, schema: string, value: unknown): void {
    this.validate(`${file}#/components/schemas/${schema}`, value)
  }

  /** Throws where this operation may not answer so. */
  demandAnswer(
    operation: { readonly file: string; readonly path: string; readonly method: string },
    {
      status,
      type,
      body,
    }: { readonly status: number; readonly type: unknown; readonly body: string },
  ): void {
    const { file, path, method } = operation
    const pointer = ['paths', path, method, 'responses', String(status)]
    const [where, response] = this.follow(file, pointer)
    if (response === undefined) throw new Error(`${status} is not declared in ${file}`)
    if (body === '') {
      if (type !== undefined) throw new Error(`${status}: a type without a body`)
      return
    }
    const content = (response['content'] ?? {}) as Json
    if (typeof type !== 'string' || content[type] === undefined)
      throw new Error(`${status}: ${String(type)} is not declared`)
    const schema = [...where.pointer, 'content', type, 'schema']
    this.validate(`${where.file}#${toFragment(schema)}`, JSON.parse(body))
  }

  private validate(reference: string, value: unknown): void {
    const check = this.#compiled.get(reference) ?? this.#ajv.compile({ $ref: reference })
    this.#compiled.set(reference, check)
    if (!check(value)) throw new Error(this.#ajv.errorsText(check.errors))
  }

  /** What stands there, and where that is in the end. */
  private follow(
    file: string,
    pointer: readonly string[],
  ): readonly [{ readonly file: string; readonly pointer: readonly string[] }, Json | undefined] {
    const found = pointer.reduce<Json | undefined>(
      (at, key) => at?.[key] as Json | undefined,
      this.#documents.get(file),
    )
    const reference = found?.['$ref']
    if (typeof reference !== 'string') return [{ file, pointer }, found]
    const [other, fragment] = reference.split('#')
    return this.follow(other === '' ? file : other!, fragment!.split('/').slice(1))
  }
}

function toFragment(pointer: readonly string[]): string {
  return pointer
    .map((key) => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('')
}

/** References to files that are not there allow anything; so does a `nullable` that has no type. */
function withoutDeadEnds<T>(value: T, files: readonly string[]): T {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutDeadEnds(item, files)) as T
  if (typeof value !== 'object' || value === null) return value
  const { $ref, ...rest } = value as Json
  if (typeof $ref === 'string') {
    const [file] = $ref.split('#')
    return (file === '' || files.includes(file!) ? { $ref } : {}) as T
  }
  const kept = Object.entries(rest).filter(([key]) => key !== 'nullable' || 'type' in rest)
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutDeadEnds(item, files)])) as T
}
