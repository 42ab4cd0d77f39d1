import { Refusal } from '../../core/index.ts'
import { signInWanted, type Context } from '../../registry/index.ts'
import { readPublicForm } from '../forms.ts'
import type { Frame } from '../frame.tsx'
import { PASSKEY_SCRIPTS } from '../passkey-form.tsx'
import { problemPage } from '../problem-page.tsx'
import type { PageContext } from '../session.ts'
import { keepForm } from './kept-form.tsx'
import { pageOf } from './next-page.ts'
import { SignInPage } from './sign-in-page.tsx'

/** An error of a page that needs an owner: where nobody is signed in any more, the way back to where he was. */
export async function signInFirst(
  { context, frame }: { readonly context: Context; readonly frame: Frame },
  error: unknown,
  c: PageContext,
) {
  const isSignedOut = error instanceof Refusal && error.code === 'unauthenticated'
  if (!isSignedOut || !c.get('hasEnded')) return problemPage(c, context, frame, error)
  const kept = c.req.method === 'POST' ? keepForm(c.req.path, await readPublicForm(c)) : null
  const next = pageOf(c.req.path)
  const options = await signInWanted(context, 'owner')
  return c.html(
    frame.page(
      { title: 'Sign in to your account', scripts: PASSKEY_SCRIPTS, hasExit: true },
      <SignInPage options={options} hasEnded kept={kept} next={next} />,
    ),
    401,
  )
}
