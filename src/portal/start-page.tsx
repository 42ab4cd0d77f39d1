import { Layout } from './layout.tsx'

/** What runs where, for somebody who has just typed `npm start`. */
export interface StartFacts {
  readonly treeSize: number
  readonly guardedSize: number
  readonly readers: number
  readonly edgePort: number
  /** PEI of a simulated phone, to try the register with. */
  readonly examplePei: string
}

export function StartPage(facts: StartFacts) {
  const ask = `curl --http2-prior-knowledge 'http://127.0.0.1:${facts.edgePort}/n5g-eir-eic/v1/equipment-status?pei=${facts.examplePei}'`
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
          <a href="/check">Check a phone</a> as a buyer would
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
    </Layout>
  )
}
