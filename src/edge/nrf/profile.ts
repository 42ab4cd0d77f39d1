import { isIPv6 } from 'node:net'

/** NFStatus, as far as a register uses it. */
export type NfStatus = 'REGISTERED' | 'SUSPENDED'

/** How an AMF finds and reaches this register. */
export interface ProfileOptions {
  /** UUID version 4; the same after a restart. */
  readonly instanceId: string
  /** PLMN: MCC and MNC, 5 or 6 digits. */
  readonly network: string
  /** As AMFs reach it: not where it listens, where the two differ. */
  readonly address: string
  readonly port: number
  readonly scheme: 'http' | 'https'
  /** What its certificate names, where it has one. */
  readonly fqdn: string | null
  /** Whether a check needs an access token. */
  readonly needsToken: boolean
  /** `nfServices` is deprecated since Release 18; an older NRF may know nothing else. */
  readonly services: 'nfServices' | 'nfServiceList'
  /** Between two heartbeats; the NRF may say another number. */
  readonly heartBeatSeconds: number
}

const SERVICE_ID = 'eic-1'
const CONSUMERS = ['AMF']

/** NFProfile of TS 29.510. It has no EirInfo: nobody can choose a register by range of IMEIs. */
export function profileOf(options: ProfileOptions, status: NfStatus): object {
  const { instanceId, network, address, port, fqdn, services } = options
  const isV6 = isIPv6(address)
  const service = {
    serviceInstanceId: SERVICE_ID,
    serviceName: 'n5g-eir-eic',
    versions: [{ apiVersionInUri: 'v1', apiFullVersion: '1.2.0' }],
    scheme: options.scheme,
    nfServiceStatus: 'REGISTERED', // a heartbeat changes the instance's status alone, and that decides
    ...(fqdn !== null && { fqdn }),
    ipEndPoints: [{ [isV6 ? 'ipv6Address' : 'ipv4Address']: address, transport: 'TCP', port }],
    allowedNfTypes: CONSUMERS,
    oauth2Required: options.needsToken,
  }
  return {
    nfInstanceId: instanceId,
    nfType: '5G_EIR',
    nfStatus: status,
    heartBeatTimer: options.heartBeatSeconds,
    plmnList: [{ mcc: network.slice(0, 3), mnc: network.slice(3) }],
    ...(fqdn !== null && { fqdn }),
    [isV6 ? 'ipv6Addresses' : 'ipv4Addresses']: [address],
    allowedNfTypes: CONSUMERS,
    priority: 0,
    capacity: 100,
    load: 0,
    [services]: services === 'nfServices' ? [service] : { [SERVICE_ID]: service },
  }
}
