import { readFileSync } from 'node:fs'
import { loadFounding, loadSigner } from '../../src/cli/files.ts'
import { equal, kidOf, readCertificate } from '../../src/core/index.ts'
import { WIDE, type Site, type Visitor } from './browser.ts'

/** An officer who has come to the desk with the key of his certificate, and what he is called there. */
export async function atTheDoor(site: Site, n: 1 | 2 | 3, viewport = WIDE) {
  const { files } = site.world
  const path = files.key(`officer-${n}`)
  const kid = kidOf((await loadSigner(path)).key)
  const [, ...certificates] = await loadFounding(files)
  const own = certificates.map(readCertificate).find((one) => equal(one.kid, kid))
  const officer = await site.visitor({ viewport })
  const credential = Buffer.from(`officer ${n}`).toString('base64url')
  await officer.addPasskeys([{ pem: readFileSync(path, 'utf8'), credential, user: `o${n}` }])
  await officer.page.goto('/desk')
  return { officer, name: own!.cert.sub }
}

export async function signIn({ page }: Visitor, name: string): Promise<void> {
  await page.getByLabel('Your name in the certificate').fill(name)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Reports' }).waitFor()
}

/** Signed in. */
export async function seatedAt(site: Site, n: 1 | 2 | 3): Promise<Visitor> {
  const { officer, name } = await atTheDoor(site, n)
  await signIn(officer, name)
  return officer
}
