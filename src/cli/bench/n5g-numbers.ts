import { Numbers } from './s13-numbers.ts'

const ENTRIES = 1_000_000
const ASKED = 20_000

/** What the register of the bench lists. */
export const N5G_NUMBERS = new Numbers(ENTRIES)

/** Questions as networks put them, half of them about a listed phone. */
export function questions(port: number): string[] {
  const path = `http://127.0.0.1:${port}/n5g-eir-eic/v1/equipment-status`
  return Array.from({ length: ASKED }, () => {
    const imei14 = String(N5G_NUMBERS.pick()).padStart(14, '0')
    return `${path}?pei=imeisv-${imei14}01&supi=imsi-001010000000001`
  })
}
