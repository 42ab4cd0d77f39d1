// npm run build: compiles the program, and what its pages need beside it.
import { build } from './ready.mjs'

await build()
