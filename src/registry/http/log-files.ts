import type { OpenAPIHono } from '@hono/zod-openapi'
import { demand } from '../../core/index.ts'
import { CHECKPOINT_PATH, parseTilePath, tilePath } from '../../log/index.ts'
import type { Context } from '../context.ts'
import type { Env } from './env.ts'

const IMMUTABLE = 'public, max-age=31536000, immutable'

/** The public log as C2SP tlog-tiles has it: a checkpoint for seconds, everything else for ever. */
export function logRoutes(app: OpenAPIHono<Env>, { store }: Context): void {
  app.get('/log/checkpoint', async (c) => {
    const note = await store.readCheckpoint()
    demand(note !== null, 'not-found', `${CHECKPOINT_PATH} is not there yet`)
    return c.body(note.slice().buffer, 200, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'public, max-age=1',
    })
  })
  app.get('/log/tile/*', async (c) => {
    // Only what parses as a tile is ever looked up: no other path reaches the disk.
    const path = tilePath(parseTilePath(c.req.path.slice('/log/'.length)))
    const bytes = await store.read(path)
    demand(bytes !== null, 'not-found', 'no such tile')
    return c.body(bytes.slice().buffer, 200, {
      'content-type': 'application/octet-stream',
      'cache-control': IMMUTABLE,
    })
  })
}
