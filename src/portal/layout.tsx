import type { Child } from 'hono/jsx'

/** Every page: one heading, plain words, and in the default theme the notice that this is no police site. */
export function Layout({ title, children }: { readonly title: string; readonly children?: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} – Stolen Mode`}</title>
        <link rel="stylesheet" href="/assets/page.css" />
      </head>
      <body>
        <header>
          <a href="/">Stolen Mode</a> <strong>Demonstration. Not a police website.</strong>
        </header>
        <main>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  )
}
