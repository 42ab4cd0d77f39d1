import { it } from 'vitest'
import { checkLogVector, ownVectors, type LogVector } from './own.ts'

it.each(ownVectors<LogVector>('identity'))('identity/$name', (vector) => {
  checkLogVector(vector, 'identity/founding.json')
})
