import { Layout } from './layout.tsx'

/** What runs where, for somebody who has just typed `npm start`. */
export interface StartFacts {
  readonly treeSize: number
  readonly guardedSize: number
  readonly readers: number
  readonly edgePort: number
  readonly phones: readonly DemoPhoneLink[]
}

/** A simulated phone somebody may steal. */
export interface DemoPhoneLink {
  readonly imei: string
  readonly serial: string
  readonly screenUrl: string
}

/** Asked about while no phone has been made yet: the first number of the test model. */
const ANY_IMEI = '001017010000019'

export function StartPage(facts: StartFacts) {
  const imei = facts.phones[0]?.imei ?? ANY_IMEI
  const ask = `curl --http2-prior-knowledge 'http://127.0.0.1:${facts.edgePort}/n5g-eir-eic/v1/equipment-status?pei=imei-${imei}'`
  return (
    <Layout title="Stolen phones made worthless">
      <p>
        A phone that police have verified as stolen is refused everywhere within seconds, and a lock
        that is not already public is not valid. This is a demonstration on your own machine.
      </p>
      <h2>What is running</h2>
      <dl>
        <dt>Registry and public log</dt>
        <dd>
          {`${facts.treeSize} entries, `}
          {facts.guardedSize === facts.treeSize
            ? 'all of them seen by witness and guardian'
            : `${facts.guardedSize} of them seen by the guardian`}
        </dd>
        <dt>Operators' registers following the log</dt>
        <dd>{facts.readers}</dd>
        <dt>Operator's register (5G EIR)</dt>
        <dd>{`http://127.0.0.1:${facts.edgePort}, HTTP/2 only`}</dd>
      </dl>
      <h2>Try it</h2>
      <ul>
        <li>
          <a href={`/check?imei=${imei}`}>Check a phone</a> as a buyer would
        </li>
        <li>
          Lock one, as two officers:{' '}
          <code>{`node bin/stolen-mode.mjs officer propose --imei ${imei} --crime DEMO/1`}</code>,
          then the command it prints; check again, and look at the phone's screen
        </li>
        <li>
          Play a whole theft: <code>npm run demo</code>
        </li>
        <li>
          Ask the register as a network would: <code>{ask}</code>
        </li>
        <li>
          Read the log: <a href="/log/checkpoint">checkpoint</a>,{' '}
          <a href="/openapi.json">API description</a>, <a href="/healthz">health</a>
        </li>
      </ul>
      <h2>Phones</h2>
      {facts.phones.length === 0 ? <p>They are being made; load this page again.</p> : null}
      <ul>
        {facts.phones.map((phone) => (
          <li>
            {`IMEI ${phone.imei}, serial ${phone.serial}: `}
            <a href={phone.screenUrl}>its screen</a>
          </li>
        ))}
      </ul>
    </Layout>
  )
}
