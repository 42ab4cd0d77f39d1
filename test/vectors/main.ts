import { runOutside } from './run-outside.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: main.ts <folder with outside test vectors>')
  process.exitCode = 1
} else {
  process.exitCode = (await runOutside(folder, (line) => console.log(line))) ? 0 : 1
}
