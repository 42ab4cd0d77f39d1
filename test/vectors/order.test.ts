import { it } from 'vitest'
import { checkLogVector, ownVectors, type LogVector } from './own.ts'

it.each(ownVectors<LogVector>('order'))('order/$name', (vector) => {
  checkLogVector(vector, 'founding.json')
})
