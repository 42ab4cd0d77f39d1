import { expect } from 'vitest'
import { deviceInPath } from '../src/portal/account/device-path.ts'
import { answer } from './key-answer.ts'
import type { Pages, Shown } from './pages.ts'
import { registerHeard } from './register-heard.ts'
import { signedIn } from './signed-in.ts'
import type { Handset, World } from './world.ts'

export const OWN = 'Blue kettle'
export const THREAT = 'Green kettle'

export const pathOf = ({ device }: Handset) => `/account/phone/${deviceInPath(device)}`

/** Sends the form of this page with its owner's signature. */
export async function sign(
  pages: Pages,
  { ownerKey }: Handset,
  path: string,
  fields: Record<string, string>,
) {
  const page = await pages.get(path)
  return pages.post(path, { response: answer(page, ownerKey), ...fields }, page)
}

/** An owner, signed in, who has set both words; once a register has spoken, for pages say how many there are. */
export async function owning(world: World, phone: Handset): Promise<Pages> {
  await registerHeard(world)
  const { pages } = await signedIn(world, phone.ownerKey.key)
  const set = await sign(pages, phone, `${pathOf(phone)}/word`, { own: OWN, threat: THREAT })
  expect(set.to).toBe('/account?done=words')
  return pages
}

/** What a page shows, without what differs between any two phones and moments. */
export const looksLike = ({ text, status }: Shown) => ({
  status,
  text: text
    .replace(/\d\d:\d\d \w+, \w+ \d+ \w+ \d{4}/g, 'then')
    .replace(/SM-[0-9A-Z]{4}-[0-9A-Z]{4}|serial \S+|Example One \S+/g, 'it')
    .replace(/Entry \d+/g, 'Entry')
    .replace(/told: \d of \d/g, 'told'),
})

/** Drafts the taking back of a hold. @returns the path of its sign page */
export async function takingBack(pages: Pages, phone: Handset): Promise<string> {
  const sent = await pages.post(`${pathOf(phone)}/take-back`, {}, await pages.get('/account'))
  return sent.to!
}
