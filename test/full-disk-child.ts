// Sets more than its disk takes, and says what became of it.
import { join } from 'node:path'
import { openTables } from '../src/edge/orders/disk-tables.ts'

const COUNT = 20_000

let faults = 0
const { tables, close } = openTables(join(process.argv[2]!, 'orders'), {
  onFault: () => faults++,
  onMended: () => undefined,
})
for (let i = 0; i < COUNT; i++) tables.newest.set(`subject ${i}`, i)
let wrong = 0
for (let i = 0; i < COUNT; i++) if (tables.newest.get(`subject ${i}`) !== i) wrong++
await close()
process.stdout.write(JSON.stringify({ wrong, faults }))
