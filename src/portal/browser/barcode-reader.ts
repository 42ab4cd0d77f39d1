// Loaded only when somebody has chosen a picture: a reader of a megabyte. The picture stays in the browser.
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import { parseImei, withCheckDigit } from '../../core/imei.ts'

/** The numbers of phones in a picture, as they are printed. @throws where it is no picture */
export async function numbersIn(picture: Blob, wasm: string): Promise<readonly string[]> {
  prepareZXingModule({ overrides: { locateFile: () => wasm } })
  const found = await readBarcodes(picture, { tryHarder: true, maxNumberOfSymbols: 16 })
  return found.flatMap(({ text }) => imeiIn(text))
}

/** A screen of *#06# and a box show other codes too: EID, EAN. */
function imeiIn(text: string): readonly string[] {
  if (text.trim().length > 24) return []
  try {
    return [withCheckDigit(parseImei(text).imei14)]
  } catch {
    return []
  }
}
