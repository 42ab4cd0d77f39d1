// Style sheets and scripts of the pages: compiled, mirrored for right-to-left, named by their content.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './ready.mjs'

const SOURCES = [join(root, 'src', 'portal', 'assets'), join(root, 'src', 'portal', 'browser')]
const OUT = join(root, 'dist', 'assets')
const MANIFEST = join(OUT, 'manifest.json')

/** What goes in: when it is the same as last time, so is what comes out. */
function sourcesHash() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')))
  for (const script of ['assets.mjs', 'world-map.mjs'])
    hash.update(readFileSync(join(root, 'scripts', script)))
  for (const folder of SOURCES)
    for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (file.isFile())
        hash.update(file.name).update(readFileSync(join(file.parentPath, file.name)))
  return hash.digest('hex')
}

/** Builds `dist/assets` unless it is there already. */
export async function buildAssets() {
  const sources = sourcesHash()
  if (existsSync(MANIFEST) && JSON.parse(readFileSync(MANIFEST, 'utf8')).sources === sources) return
  const [sass, { default: rtlcss }, esbuild, { worldMap }] = await Promise.all([
    import('sass'),
    import('rtlcss'),
    import('esbuild'),
    import('./world-map.mjs'),
  ])
  rmSync(OUT, { recursive: true, force: true })
  mkdirSync(OUT, { recursive: true })
  const files = {}
  const keep = (name, extension, bytes) => {
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12)
    files[`${name}.${extension}`] = `${name}-${hash}.${extension}`
    writeFileSync(join(OUT, files[`${name}.${extension}`]), bytes)
  }
  const { css } = sass.compile(join(SOURCES[0], 'app.scss'), {
    loadPaths: [
      root,
      join(root, 'node_modules'),
      join(root, 'node_modules/@ministryofjustice/frontend/moj'),
    ],
    style: 'compressed',
    quietDeps: true,
    silenceDeprecations: ['import'],
  })
  keep('app', 'css', css)
  keep('app-rtl', 'css', rtlcss.process(css))
  const entries = readdirSync(SOURCES[1]).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
  )
  const { outputFiles } = await esbuild.build({
    entryPoints: entries.map((name) => join(SOURCES[1], name)),
    bundle: true,
    format: 'esm',
    minify: true,
    target: 'es2022',
    write: false,
    outdir: OUT,
  })
  for (const { path, contents } of outputFiles)
    keep(path.slice(OUT.length + 1).replace('.js', ''), 'js', contents)
  // Fetched only by whoever reads a picture, from here and from nobody else.
  const reader = join(root, 'node_modules', 'zxing-wasm', 'dist', 'reader', 'zxing_reader.wasm')
  keep('zxing-reader', 'wasm', readFileSync(reader))
  const world = worldMap()
  keep('world', 'svg', world.svg)
  keep('world-places', 'json', JSON.stringify(world.places))
  writeFileSync(MANIFEST, JSON.stringify({ sources, files }))
}
