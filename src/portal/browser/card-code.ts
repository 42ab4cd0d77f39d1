// The code of a card that was scanned stands behind the #, which no server sees: it goes into the field, and out of the address.
const code = /^#([0-9A-Z]{10})$/.exec(location.hash)?.[1]
const field = document.querySelector<HTMLInputElement>('#card')
if (code !== undefined && field !== null) {
  field.value = code
  history.replaceState(null, '', location.pathname)
}
export {}
