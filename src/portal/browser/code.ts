// A code that was scanned stands behind the #, which no server sees: it goes into the field, and out of the address.
// Where somebody has to sign in first, this tab keeps it for the page of the same address that has the field.
const scanned = /^#([0-9A-Z]{10}|[0-9A-Za-z+/=]{60,200})$/.exec(location.hash)?.[1]
if (scanned !== undefined) history.replaceState(null, '', location.pathname)
const field = document.querySelector<HTMLInputElement>('#card, #code')
const code = scanned ?? sessionStorage.getItem(location.pathname)
if (field !== null && code !== null) {
  field.value = code
  sessionStorage.removeItem(location.pathname)
} else if (scanned !== undefined) sessionStorage.setItem(location.pathname, scanned)
export {}
