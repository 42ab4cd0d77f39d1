import { it } from 'vitest'
import { checkLogVector, ownVectors, type LogVector } from './own.ts'

it.each(ownVectors<LogVector>('certificate'))('certificate/$name', (vector) => {
  checkLogVector(vector, 'founding.json')
})
