import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One nginx process that answers every question with the same file over h2c: what C code does. */
export async function startNginx(port: number, wrap: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'stolen-mode-nginx-'))
  await writeFile(join(folder, 'verdict.json'), '{"status":"WHITELISTED"}')
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port))
  const [program, ...args] = [...wrap, 'nginx', '-c', join(folder, 'nginx.conf')]
  const child = spawn(program!, args, { stdio: 'ignore' })
  return {
    pid: child.pid!,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await gone
      await rm(folder, { recursive: true })
    },
  }
}

function configuration(folder: string, port: number): string {
  return `daemon off; master_process off; pid ${folder}/pid; error_log /dev/null;
events { worker_connections 1024; }
http {
  access_log off; client_body_temp_path ${folder}/body; open_file_cache max=10;
  proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  keepalive_requests 100000000; http2_max_requests 100000000;
  server {
    listen 127.0.0.1:${port} http2;
    root ${folder}; default_type application/json;
    location / { try_files /verdict.json =404; }
  }
}
`
}
