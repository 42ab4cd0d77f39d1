import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const FIELDS = ['gsup.msg_type', 'gsup.imei_check_res', 'gsup.cause', '_ws.malformed'] as const

/** What Wireshark reads in each frame: message type, result of the check, cause, malformed. */
export function dissect(frames: readonly string[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'stolen-mode-tshark-'))
  try {
    const file = join(folder, 'gsup.pcap')
    writeFileSync(file, capture(frames.map((hex) => Buffer.from(hex, 'hex'))))
    const options = ['-r', file, '-d', 'tcp.port==4222,gsm_ipa', '-T', 'fields']
    const fields = FIELDS.flatMap((field) => ['-e', field])
    const lines = execFileSync('tshark', [...options, ...fields], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return lines
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A pcap file without a capture, which would need rights: each frame a TCP segment to port 4222. */
function capture(frames: readonly Buffer[]): Buffer {
  let sequence = 1
  const packets = frames.map((frame) => {
    const ip = Buffer.from('450000000000000040060000c0000201c0000202', 'hex')
    const tcp = Buffer.from('9c40107e000000000000000050180000ffff0000', 'hex')
    const length = ip.length + tcp.length + frame.length
    ip.writeUInt16BE(length, 2)
    tcp.writeUInt32BE(sequence, 4)
    sequence += frame.length
    const record = Buffer.alloc(16)
    record.writeUInt32LE(length, 8)
    record.writeUInt32LE(length, 12)
    return Buffer.concat([record, ip, tcp, frame])
  })
  const header = Buffer.from('d4c3b2a1020004000000000000000000ffff0000e4000000', 'hex') // raw IPv4
  return Buffer.concat([header, ...packets])
}
