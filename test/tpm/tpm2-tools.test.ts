import { expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/core/index.ts'
import { BootPolicy } from '../../src/device/tpm/boot-policy.ts'
import { rowOf } from '../../src/device/tpm/bits.ts'
import { COMPARE } from '../../src/device/tpm/codes.ts'
import {
  grantPolicy,
  indicesOf,
  refs,
  setBitsHash,
  writtenIndices,
} from '../../src/device/tpm/indices.ts'
import { nvName } from '../../src/device/tpm/nv-index.ts'
import { NO_POLICY, policyCpHash, policyNv, policyOr } from '../../src/device/tpm/policy.ts'
import { nameOf, verifyingArea } from '../../src/device/tpm/public-area.ts'
import { recordPolicy } from '../../src/device/tpm/record-policy.ts'
import { keysOf } from '../../src/device/tpm/sign-grants.ts'
import { sized, u64Of } from '../../src/device/tpm/writer.ts'
import { MadePhone } from './made-phone.ts'
import { printedTable } from './table.ts'
import { Tpm2Tools, type Step } from './tpm2-tools.ts'

const row = printedTable('our digests and those of tpm2-tools, trial sessions')
/** Each step is a program of its own. */
const MINUTES = 600_000
const hex = (handle: number) => `0x${handle.toString(16).padStart(8, '0')}`

test(
  'names and policy digests are those that tpm2-tools compute',
  async () => {
    await using phone = await MadePhone.make()
    const { governed, founders } = phone
    await phone.store.close()
    await using tools = await Tpm2Tools.on(phone.chip.address)
    const indices = writtenIndices(governed)
    const { device } = governed

    const same = (what: string, ours: Uint8Array, theirs: string) => {
      expect(toHex(ours), what).toBe(theirs)
      row(what, `same ${theirs.slice(-8)}`)
    }

    for (const [which, index] of Object.entries(indices)) {
      const shown = await tools.run('nvreadpublic', hex(index.handle))
      same(`name of the ${which} index`, nvName(index), /name: ([0-9a-f]{68})/.exec(shown)![1]!)
    }

    const [police, owner, approver] = [
      await tools.key(verifyingArea(founders.police.key)),
      await tools.key(verifyingArea(founders.owner.key)),
      await tools.key(verifyingArea(founders.approver.key)),
    ]
    same('name of a key', nameOf(verifyingArea(founders.police.key)), toHex(police.name))

    const nv = async (handle: number, operand: bigint, op: string): Promise<Step> => {
      const file = await tools.put(u64Of(operand))
      return ['policynv', '-C', hex(handle), '-i', file, hex(handle), op]
    }
    const keys = keysOf(founders)
    const lasts = await nv(indices.term.handle, 0n, 'eq')
    const lock = [lasts, await police.signed(refs.police('lock', device))]
    const release = [
      lasts,
      await police.signed(refs.police('release', device)),
      await owner.signed(refs.owner(device)),
    ]
    same(
      'lock: term, PolicySigned(police)',
      grantPolicy('lock', governed, keys, 0),
      await tools.trial(...lock),
    )
    same(
      'release: term, PolicySigned(police), PolicySigned(owner)',
      grantPolicy('release', governed, keys, 0),
      await tools.trial(...release),
    )

    const byApprover = async (ref: Uint8Array) => {
      const name = await tools.put(approver.name)
      const policy = await tools.put(NO_POLICY)
      return tools.trial(['policyauthorize', '-i', policy, '-q', toHex(ref), '-n', name])
    }
    for (const act of ['lock', 'release'] as const)
      same(
        `authPolicy of ${act}: PolicyAuthorize(approver)`,
        indicesOf(governed)[act].policy,
        await byApprover(refs.approve(act, device)),
      )
    same(
      'authPolicy of the term: PolicySigned(approver)',
      indicesOf(governed).term.policy,
      await tools.trial(await approver.signed(refs.term(device))),
    )
    same(
      'record key: PolicyNV ≥, twice',
      recordPolicy(governed),
      await tools.trial(
        await nv(indices.lock.handle, 0n, 'uge'),
        await nv(indices.release.handle, 0n, 'uge'),
      ),
    )

    const { handle } = indices.lock
    await tools.run('nvsetbits', '-C', hex(handle), '-i', '0x1', hex(handle), '--cphash', 'cphash')
    const cpHash = setBitsHash(indices.lock, 1n)
    const theirs = toHex(await tools.get('cphash')).slice(-64)
    same('cpHash of SetBits(L, 1)', cpHash, theirs)
    const file = await tools.put(sized(cpHash))
    same(
      'PolicyCpHash',
      policyCpHash(NO_POLICY, cpHash),
      await tools.trial(['policycphash', '--cphash-input', file]),
    )

    const branch = (locks: number) => {
      const is = { operand: u64Of(rowOf(locks)), operation: COMPARE.equal }
      const first = policyNv(NO_POLICY, { nvName: nvName(indices.lock), ...is })
      return policyNv(first, { nvName: nvName(indices.release), ...is })
    }
    for (const locks of [0, 9, 63])
      same(
        `branch of ${locks} locks, each released`,
        branch(locks),
        await tools.trial(
          await nv(indices.lock.handle, rowOf(locks), 'eq'),
          await nv(indices.release.handle, rowOf(locks), 'eq'),
        ),
      )
    const or = async (digests: readonly Uint8Array[]) => {
      const files = await Promise.all(digests.map((digest) => tools.put(digest)))
      return tools.trial(['policyor', `sha256:${files.join(',')}`])
    }
    const groups: Uint8Array[] = []
    for (let group = 0; group < 8; group++) {
      const eight = Array.from({ length: 8 }, (_, i) => branch(group * 8 + i))
      const digest = await or(eight)
      expect(toHex(policyOr(eight))).toBe(digest)
      groups.push(fromHex(digest))
    }
    same(
      'boot key: PolicyOR of eight PolicyOR of eight',
      new BootPolicy(governed).digest,
      await or(groups),
    )
    await phone.open()
  },
  MINUTES,
)
