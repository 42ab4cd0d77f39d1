// The public check: the number out of a picture of its barcode. Without this script the field remains.
interface Reader {
  readonly numbersIn: (picture: Blob, wasm: string) => Promise<readonly string[]>
}

for (const scan of document.querySelectorAll<HTMLElement>('[data-scan]')) {
  const input = scan.querySelector<HTMLInputElement>('input[type=file]')
  scan.hidden = false
  input?.addEventListener('change', () => void read(scan, input))
}

async function read(scan: HTMLElement, input: HTMLInputElement): Promise<void> {
  const picture = input.files?.[0]
  if (!picture) return
  const say = (which: string) => {
    for (const said of scan.querySelectorAll<HTMLElement>('[data-said]'))
      said.hidden = said.dataset['said'] !== which
  }
  const field = document.querySelector<HTMLInputElement>('input[name=number]')
  const { reader = '', wasm = '' } = scan.dataset
  say('working')
  try {
    const { numbersIn } = (await import(reader)) as Reader
    const [number] = await numbersIn(picture, new URL(wasm, document.baseURI).href)
    if (number !== undefined && field) field.value = number
    say(number === undefined ? 'nothing' : 'found')
  } catch {
    say('nothing')
  }
}
