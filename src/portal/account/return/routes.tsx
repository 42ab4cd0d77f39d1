import { Hono } from 'hono'
import { Refusal } from '../../../core/index.ts'
import {
  MAX_ADDRESS,
  MAX_REQUEST,
  WAYS,
  WORD,
  chooseWay,
  phoneOfAccount,
  requestRelease,
  returnOf,
  setSecretWords,
  signInWanted,
  type Context,
  type Way,
} from '../../../registry/index.ts'
import { readForm, smallBody } from '../../forms.ts'
import type { Frame } from '../../frame.tsx'
import { PASSKEY_SCRIPTS } from '../../passkey-form.tsx'
import { demandOwner, type PageContext, type PageEnv } from '../../session.ts'
import { deviceInPath, deviceOfPath } from '../device-path.ts'
import { shownPasskey } from '../passkey-answer.ts'
import { SERVICE } from '../service.ts'
import { ReturnPage, UndoPage, WordsPage, type Errors } from './pages.tsx'
import { NOT_YOUR_WORD } from './word-input.tsx'

const MAX_WORD = 80

/** How a found phone comes back, and what its owner says when he is made to say something. */
export function returnRoutes(context: Context, frame: Frame) {
  const app = new Hono<PageEnv>()
  const owning = context.throttle.guard('owner').handle
  const head = (title: string, errors: Errors) => ({
    title,
    service: SERVICE,
    back: '/account',
    hasExit: true,
    hasError: Object.keys(errors).length > 0,
  })
  const pathTo = (device: Uint8Array, page: string) =>
    `/account/phone/${deviceInPath(device)}/${page}`
  const seated = async (c: PageContext) => {
    const { account, csrf } = demandOwner(c)
    const device = deviceOfPath(c.req.param('device') ?? '')
    const { subject, passkey } = await phoneOfAccount(context, account, device)
    return { account, csrf, device, subject, passkey }
  }

  const returnPage = async (
    c: PageContext,
    errors: Errors,
    typed: { way: Way | null; address: string },
  ) => {
    const { csrf, device } = await seated(c)
    return frame.page(
      head('Police have your phone', errors),
      <ReturnPage action={pathTo(device, 'return')} {...{ csrf, errors, ...typed }} />,
    )
  }
  app.get('/:device/return', async (c) => {
    const { subject } = await seated(c)
    const way = (await returnOf(context, subject.id))?.way ?? null
    return c.html(await returnPage(c, {}, { way, address: '' }))
  })
  app.post('/:device/return', smallBody, owning, async (c) => {
    const fields = await readForm(c)
    const { account, device } = await seated(c)
    const way = WAYS.find((one) => one === fields['way']) ?? null
    const address = (fields['address'] ?? '').replaceAll('\r\n', '\n').trim()
    const errors: Errors = {
      ...(way === null && { way: 'Choose how it comes back' }),
      ...(way === 'post' && address === '' && { address: 'Enter the address it is posted to' }),
      ...(address.length > MAX_ADDRESS && {
        address: 'The address must be 400 characters or fewer',
      }),
    }
    if (way === null || Object.keys(errors).length > 0)
      return c.html(
        await returnPage(c, errors, { way, address: address.slice(0, MAX_ADDRESS) }),
        422,
      )
    await chooseWay(context, account, { device, way, address })
    return c.redirect('/account?done=way', 303)
  })

  const undoPage = async (c: PageContext, errors: Errors, text: string) => {
    const { csrf, device } = await seated(c)
    return frame.page(
      head('Ask police to unblock it', errors),
      <UndoPage action={pathTo(device, 'undo')} {...{ csrf, errors, text }} />,
    )
  }
  app.get('/:device/undo', async (c) => c.html(await undoPage(c, {}, '')))
  app.post('/:device/undo', smallBody, owning, async (c) => {
    const fields = await readForm(c)
    const { account, device } = await seated(c)
    const text = (fields['why'] ?? '').replaceAll('\r\n', '\n').trim()
    const kept = text.slice(0, MAX_REQUEST)
    if (text === '') return c.html(await undoPage(c, { why: 'Say why' }, kept), 422)
    if (text.length > MAX_REQUEST)
      return c.html(await undoPage(c, { why: 'Use 1,000 characters or fewer' }, kept), 422)
    try {
      await requestRelease(context, account, { device, text, word: wordIn(fields) })
    } catch (error) {
      if (!isWrongWord(error)) throw error
      return c.html(await undoPage(c, { word: NOT_YOUR_WORD }, kept), 422)
    }
    return c.redirect('/account?done=asked', 303)
  })

  const wordsPage = async (c: PageContext, errors: Errors) => {
    const { csrf, device, passkey } = await seated(c)
    const options = {
      ...(await signInWanted(context, 'owner')),
      allowCredentials: [{ id: passkey.credential, type: 'public-key' }],
    }
    return frame.page(
      { ...head('Your word', errors), scripts: PASSKEY_SCRIPTS },
      <WordsPage action={pathTo(device, 'word')} {...{ csrf, errors, options }} />,
    )
  }
  app.get('/:device/word', async (c) => c.html(await wordsPage(c, {})))
  app.post('/:device/word', smallBody, owning, async (c) => {
    const fields = await readForm(c)
    const { account, device } = await seated(c)
    const [own, threat] = [newWord(fields['own']), newWord(fields['threat'])]
    const errors: Errors = {
      ...(own === null && { own: 'Enter a word of 3 to 40 characters' }),
      ...(threat === null && { threat: 'Enter a word of 3 to 40 characters' }),
      ...(own !== null && own === threat && { threat: 'Choose two different words' }),
    }
    if (own === null || threat === null || Object.keys(errors).length > 0)
      return c.html(await wordsPage(c, errors), 422)
    const response = shownPasskey(fields['response'])
    try {
      await setSecretWords(context, account, {
        device,
        own,
        threat,
        word: wordIn(fields),
        response,
      })
    } catch (error) {
      if (!isWrongWord(error)) throw error
      return c.html(await wordsPage(c, { word: NOT_YOUR_WORD }), 422)
    }
    return c.redirect('/account?done=words', 303)
  })
  return app
}

/** As somebody typed it who was asked for his word. */
export const wordIn = (fields: Readonly<Record<string, string>>): string =>
  (fields['word'] ?? '').slice(0, MAX_WORD)

export const isWrongWord = (error: unknown): boolean =>
  error instanceof Refusal && error.code === 'second-factor-needed'

/** As it will be compared; null: too short or too long. */
function newWord(typed = ''): string | null {
  const word = typed.trim()
  const isOne = word.length >= WORD.least && word.length <= WORD.most
  return isOne ? word.normalize('NFKC').toLowerCase().replace(/\s+/g, '') : null
}
