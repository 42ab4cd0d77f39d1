import { Refusal, demand, fromBase64, toBase64 } from '../../core/index.ts'
import {
  call,
  json,
  listen,
  problem,
  type Answer,
  type Listening,
  type Logger,
} from '../../host/index.ts'
import { GrantSignaturesAnswer, GrantsAnswer, GrantsRequest, PROBLEMS } from '../../wire/index.ts'
import type { z } from 'zod'
import { signatureFor, type GrantDesk, type SignedBit } from './grant-desk.ts'
import { encodeGrants, type Grant } from './grants.ts'

/** Sixty-four bundles of 16 KiB in base64. */
const MAX_BODY = 2 ** 21
const ASK_MS = 5_000

interface Serving {
  readonly desk: GrantDesk
  readonly port: number
  readonly logger: Logger
}

/**
 * The owner's side: what it has signed. It listens on 127.0.0.1, as does the other; what leads there from
 * elsewhere is its house's affair.
 */
export function serveSignatures({ desk, port, logger }: Serving): Promise<Listening> {
  return serve('/v1/grant-signatures', { port, logger }, async (device, bundles) => {
    const signed = await desk.sign(device, bundles)
    const shown = signed.map((bit) => ({ ...bit, signature: toBase64(bit.signature) }))
    return { signed: shown } satisfies z.infer<typeof GrantSignaturesAnswer>
  })
}

/** The force's side, which asks the owner's for releases and puts both together for the registry. */
export function serveGrants(options: Serving & { readonly ownerDesk: string }): Promise<Listening> {
  const { desk, port, logger, ownerDesk } = options
  return serve('/v1/grants', { port, logger }, async (device, bundles) => {
    const signed = await desk.sign(device, bundles)
    const needsOwner = signed.some(({ act }) => act === 'release')
    const theirs = needsOwner ? await askOwner(ownerDesk, { device, bundles, logger }) : []
    const grants = signed.flatMap((bit): readonly Grant[] => {
      const { act, number, signature: police } = bit
      const owner = act === 'release' ? signatureFor(theirs, bit) : null
      return act === 'release' && owner === null ? [] : [{ act, number, police, owner }]
    })
    const mandate = await desk.mandateOf(device)
    const encoded = grants.length === 0 ? null : toBase64(encodeGrants({ mandate, grants }))
    const isComplete = grants.length === signed.length
    return { grants: encoded, isComplete } satisfies z.infer<typeof GrantsAnswer>
  })
}

/** No lock waits for whoever signs releases. */
async function askOwner(
  base: string,
  about: {
    readonly device: Uint8Array
    readonly bundles: readonly Uint8Array[]
    readonly logger: Logger
  },
): Promise<readonly SignedBit[]> {
  const { device, bundles, logger } = about
  try {
    const { signed } = await call({
      method: 'POST',
      base,
      path: '/v1/grant-signatures',
      body: { device: toBase64(device), bundles: bundles.map(toBase64) },
      answer: GrantSignaturesAnswer,
      timeoutMs: ASK_MS,
    })
    return signed.map((bit) => ({ ...bit, signature: fromBase64(bit.signature) }))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    logger.warn({ code: error.code }, "no release signed for the owner's side")
    return []
  }
}

function serve(
  path: string,
  { port, logger }: Omit<Serving, 'desk'>,
  sign: (device: Uint8Array, bundles: readonly Uint8Array[]) => Promise<object>,
): Promise<Listening> {
  const answer = async (body: Uint8Array): Promise<Answer> => {
    try {
      const { device, bundles } = read(body)
      return json(await sign(device, bundles))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return problem(PROBLEMS[error.code].status, error)
    }
  }
  const route = { method: 'POST', maxBody: MAX_BODY, answer } as const
  return listen({ port, logger, find: (asked) => (asked === path ? route : undefined) })
}

/** @throws {Refusal} malformed */
function read(body: Uint8Array) {
  const request = GrantsRequest.safeParse(parseJson(body))
  demand(request.success, 'malformed', 'the request has another shape')
  const device = fromBase64(request.data.device)
  demand(device.length === 32, 'malformed', 'expected a thumbprint')
  return { device, bundles: request.data.bundles.map(fromBase64) }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
