import { expect, it } from 'vitest'
import {
  fromHex,
  isAbout,
  parseImei,
  parseSerial,
  readCheck,
  toHex,
} from '../../src/core/index.ts'
import { verify } from '../law.ts'
import { codeOf } from './outcome.ts'
import { ownVectors } from './own.ts'

interface Vector {
  readonly key: { readonly x: string; readonly y: string }
  readonly document: string
  readonly about?: { readonly imei?: string; readonly serial?: string }
  readonly said?: object
}

it.each(ownVectors<Vector>('check'))('check/$name', ({ code, vector }) => {
  const { about = {}, document, said } = vector
  const key = { x: fromHex(vector.key.x), y: fromHex(vector.key.y) }
  const read = () => readCheck(fromHex(document), key, verify)
  expect(codeOf(read)).toBe(code ?? 'accepted')
  if (code !== null) return
  const { log, state, isReadyForHandover, treeSize, root, at } = read()
  const readyForHandover = isReadyForHandover
  expect({ log, state, readyForHandover, treeSize, root: toHex(root), at }).toEqual(said)
  const number =
    about.imei === undefined
      ? { serial: parseSerial(about.serial ?? '') }
      : { imei: parseImei(about.imei).imei14 }
  expect(isAbout(read(), number)).toBe(true)
})
