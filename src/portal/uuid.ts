/** An identifier of ours in an address or a form: whatever a database would take as one. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
