const TAC = '00101701'
const LISTED = 100_000
const ASKED = 20_000

const imei14 = (serial: number) => TAC + String(serial).padStart(6, '0')

/** Every second serial number of the test TAC. */
export function listedImeis(): string[] {
  return Array.from({ length: LISTED }, (_, i) => imei14(2 * i))
}

/** Questions as networks put them: half of them about a listed phone. */
export function questions(port: number): string[] {
  const path = `http://127.0.0.1:${port}/n5g-eir-eic/v1/equipment-status`
  return Array.from(
    { length: ASKED },
    (_, i) => `${path}?pei=imeisv-${imei14(7 * i)}01&supi=imsi-001010000000001`,
  )
}
