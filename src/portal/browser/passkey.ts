// Forms that ask for a passkey, or for a new one: the browser talks to it, the form carries its answer.
import { startAuthentication, startRegistration } from '@simplewebauthn/browser'

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]'))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void ask(form)
  })

async function ask(form: HTMLFormElement): Promise<void> {
  const error = form.querySelector<HTMLElement>('[data-passkey-error]')
  const answer = form.querySelector<HTMLInputElement>('input[name=response]')
  try {
    const optionsJSON = JSON.parse(form.dataset['options'] ?? '{}')
    const isNew = form.dataset['passkey'] === 'new'
    const said = await (isNew ? startRegistration : startAuthentication)({ optionsJSON })
    if (answer) answer.value = JSON.stringify(said)
    form.submit()
  } catch {
    if (error) error.hidden = false
  }
}
