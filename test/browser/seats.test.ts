import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadFounding, loadSigner } from '../../src/cli/files.ts'
import {
  certificatePayload,
  coseSign,
  encodeDocument,
  equal,
  kidOf,
  readCertificate,
  toBase64,
} from '../../src/core/index.ts'
import { generateEs256 } from '../../src/host/index.ts'
import { TestProvider } from '../identity-provider.ts'
import { NARROW, Site, WIDE, type Visitor } from './browser.ts'

const FORCE = 'zz.force'
const OUT = '/desk/sign-on/zz.force'

let site: Site
let provider: TestProvider
/** Of the case that the first officer signed. */
let progress: string
beforeAll(async () => {
  site = await Site.start(2, false, async ({ data, registryPort }) => {
    provider = await TestProvider.start([`http://localhost:${registryPort}${OUT}/callback`])
    const folder = dirname(data)
    await mkdir(folder, { recursive: true })
    const { force, issuer, clientId } = provider.of(FORCE)
    const clientSecretFile = 'force.secret'
    const given = { force, issuer: issuer.href, clientId, clientSecretFile }
    await writeFile(join(folder, clientSecretFile), `${provider.secret}\n`)
    const identityProviders = join(folder, 'identity-providers.json')
    await writeFile(identityProviders, JSON.stringify([given]))
    return { identityProviders }
  })
})
afterAll(async () => {
  await site[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

/** Nothing to find fault with, on a telephone and on a desk. */
async function expectGood(visitor: Visitor, name: string): Promise<void> {
  for (const [viewport, ending] of [
    [NARROW, '-narrow'],
    [WIDE, ''],
  ] as const) {
    await visitor.page.setViewportSize(viewport)
    await visitor.expectAccessible()
    await visitor.picture(`${name}${ending}`)
  }
}

const certificateOf = async (n: number) => {
  const { files } = site.world
  const kid = kidOf((await loadSigner(files.key(`officer-${n}`))).key)
  const [, ...certificates] = await loadFounding(files)
  return certificates.map(readCertificate).find((one) => equal(one.kid, kid))!.cert
}

async function reported(i: number): Promise<string> {
  await using owner = await site.visitor({ viewport: NARROW })
  await owner.page.goto('/report')
  await owner.page.getByLabel('Code on your recovery card').fill(site.world.phones[i]!.card)
  await owner.page.getByLabel('It was stolen').check()
  await owner.page.getByRole('button', { name: 'Lock my phone' }).click()
  return (await owner.page.locator('.govuk-panel strong').textContent())!
}

/** By keyboard alone: from our page through the provider's own, and back. */
async function signInByForce(visitor: Visitor, name: string): Promise<void> {
  const { page } = visitor
  await page.goto('/desk')
  const link = page.getByRole('button', { name: `Sign in with ${FORCE}’s account` })
  const isThere = () => link.evaluate((one) => one === one.ownerDocument.activeElement)
  for (let i = 0; i < 20 && !(await isThere()); i += 1) await page.keyboard.press('Tab')
  expect(await isThere()).toBe(true)
  await page.keyboard.press('Enter')
  await page.locator('input[name=login]:focus').waitFor()
  expect(page.url()).toContain(provider.issuer)
  await page.keyboard.type(name)
  await page.keyboard.press('Tab')
  await page.keyboard.type('any')
  await page.keyboard.press('Enter')
  await page.locator('button:focus').getByText('Continue').waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/desk/)
  // What the provider's own pages asked for and complained about is not ours.
  visitor.complaints.length = 0
  visitor.strangers.length = 0
}

describe('an officer by his force’s account', () => {
  test('A98, S1.X2: in by keyboard alone; looks with it, and signs with the passkey of his certificate', async () => {
    const reference = await reported(0)
    const { sub } = await certificateOf(1)
    await using officer = await site.visitor()
    const { page } = officer
    await page.goto('/desk')
    await page.getByText('Or by your force’s own account').waitFor()
    await expectGood(officer, 'desk-sign-in-force')

    await signInByForce(officer, 'nobody')
    await page.getByText('officer-unknown').waitFor()
    await expectGood(officer, 'desk-sign-in-refused')
    await signInByForce(officer, sub)
    await page.getByRole('heading', { name: 'Reports' }).waitFor()
    await expectGood(officer, 'desk-queue-force')

    await page.getByRole('link', { name: `Take ${reference}` }).click()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('alert').waitFor()
    officer.complaints.length = 0 // the browser's own line about the status
    await expectGood(officer, 'desk-take-people')
    await page.getByLabel('Crime reference').fill('CR/2026/21')
    await page.getByLabel('I know none of the people involved').check()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('heading', { name: 'Evidence' }).waitFor()
    await page.getByLabel('Robbery', { exact: true }).check()
    await page.getByLabel('Proof of purchase was seen').check()
    await page.getByRole('button', { name: 'Go on to sign' }).click()
    await page.getByRole('heading', { name: 'Sign the order' }).waitFor()
    const pem = await readFile(site.world.files.key('officer-1'), 'utf8')
    const credential = Buffer.from('officer 1').toString('base64url')
    await officer.addPasskeys([{ pem, credential, user: 'o1' }])
    await page.getByRole('button', { name: 'Sign with my passkey' }).click()
    await page.getByText('1 of 2').waitFor()
    progress = page.url()
    expect(
      (await page.context().cookies()).filter(({ name }) => name.startsWith('__Host-sign')),
    ).toEqual([])
  })
})

describe('what officers see of each other', () => {
  test('A51, A57, P2.F1: a new key, keys and caps, who looked, what is unusual, a report for others', async () => {
    const reference = await reported(1)
    const { files, registryUrl } = site.world
    const cert = await certificateOf(2)
    const key = generateEs256().signer.key
    const by = [await loadSigner(files.key('force-issue'))]
    const body = coseSign(
      'application/stolen-cert+cbor',
      certificatePayload({ ...cert, key, nbf: cert.nbf + 1 }),
      by,
    )
    const answer = await fetch(`${registryUrl}/v1/log/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'new key of officer 2' },
      body: JSON.stringify({ kind: 'certificate', document: toBase64(encodeDocument(body)) }),
    })
    expect(answer.status).toBe(200)

    await using officer = await site.visitor()
    const { page } = officer
    await signInByForce(officer, (await certificateOf(3)).sub)
    await page.getByText(`A new key for ${cert.sub} works from`).waitFor()
    await expectGood(officer, 'desk-new-key')
    await page.getByRole('link', { name: 'Keys and caps' }).click()
    await page.getByRole('heading', { name: 'Keys and caps' }).waitFor()
    await expectGood(officer, 'desk-authority')

    await page.goto(`/desk/take/${reference}`)
    await page.getByLabel('I know one of them').check()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('is for others').waitFor()
    await expectGood(officer, 'desk-for-others')

    // A look at a case that another took.
    await page.goto(progress)
    await page.getByText('1 of 2').waitFor()
    await page.goto('/desk/audit?action=case.take')
    await page.getByRole('heading', { name: 'Who looked' }).waitFor()
    await page.getByText('looked at a case without ever taking it: CR/2026/21').waitFor()
    await expectGood(officer, 'desk-audit')
    await page.getByLabel('Day').fill('yesterday')
    await page.getByRole('button', { name: 'Show these' }).click()
    await page.getByRole('alert').waitFor()
    officer.complaints.length = 0
    await expectGood(officer, 'desk-audit-wrong-day')
  })
})
