import { it } from 'vitest'
import { checkLogVector, ownVectors, type LogVector } from './own.ts'

it.each(ownVectors<LogVector>('authorities'))('authorities/$name', (vector) => {
  checkLogVector(vector, 'authorities/founding.json')
})
