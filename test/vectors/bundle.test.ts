import { expect, it } from 'vitest'
import { ENROLLED, fromHex } from '../../src/core/index.ts'
import { nodeVerifiers } from '../../src/host/index.ts'
import { readTrust, verifyForDevice } from '../../src/wire/index.ts'
import { codeOf } from './outcome.ts'
import { ownVectors } from './own.ts'

/** A root document, a bundle, and what the phone that meets it knows. */
interface Vector {
  readonly state?: string
  readonly root: string
  readonly bundle: string
  readonly receiver: { dak: string; owner: string; now: number; ctr: number }
}

it.each(ownVectors<Vector>('bundle'))('bundle/$name', ({ code, vector }) => {
  const { root, bundle, receiver } = vector
  const trust = readTrust(fromHex(root), nodeVerifiers())
  const phone = {
    dak: fromHex(receiver.dak),
    owner: fromHex(receiver.owner),
    now: receiver.now,
    device: { ...ENROLLED, ctr: receiver.ctr },
    treeSize: 0,
  }
  let state: string | undefined
  const outcome = codeOf(() => {
    state = verifyForDevice(fromHex(bundle), trust, phone).device.state
  })
  expect(outcome).toBe(code ?? 'accepted')
  expect(state).toBe(vector.state)
})
