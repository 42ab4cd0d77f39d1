import { Button } from './look/button.tsx'
import { SummaryList } from './look/summary-list.tsx'

/** What runs where, for somebody who has just typed `npm start`. */
export interface StartFacts {
  readonly treeSize: number
  readonly guardedSize: number
  readonly readers: number
  readonly edgePort: number
  readonly phones: readonly DemoPhoneLink[]
  readonly hasLab: boolean
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
    <>
      <h1 class="govuk-heading-xl">Stolen phones made worthless</h1>
      <p class="govuk-body-l">
        A phone that police have verified as stolen is refused everywhere within seconds, and a lock
        that is not already public is not valid. This is a demonstration on your own machine.
      </p>
      {facts.hasLab ? (
        <>
          <p class="govuk-body">
            In the lab you snatch a phone, report it, confirm the theft as police would, and try
            everything a thief would try.
          </p>
          <Button href="/lab" isStart>
            Open the lab
          </Button>
        </>
      ) : null}
      <h2 class="govuk-heading-m">What is running</h2>
      <SummaryList
        rows={[
          {
            key: 'Registry and public log',
            value: `${facts.treeSize} entries, ${
              facts.guardedSize === facts.treeSize
                ? 'all of them seen by witness and guardian'
                : `${facts.guardedSize} of them seen by the guardian`
            }`,
          },
          { key: 'Registers and signers following the log', value: String(facts.readers) },
          {
            key: 'Operator’s register (5G EIR)',
            value: `http://127.0.0.1:${facts.edgePort}, HTTP/2 only`,
          },
        ]}
      />
      <h2 class="govuk-heading-m">Try it</h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>
          <a class="govuk-link" href={`/check?imei=${imei}`}>
            Check a phone
          </a>{' '}
          as a buyer would
        </li>
        <li>
          <a class="govuk-link" href="/report">
            Report one stolen
          </a>{' '}
          as its owner would, with a card from <code class="app-code">data/phones.json</code>;{' '}
          <a class="govuk-link" href="/follow">
            follow it
          </a>
          , or use{' '}
          <a class="govuk-link" href="/account">
            the owner’s account
          </a>
        </li>
        <li>
          Read{' '}
          <a class="govuk-link" href="/figures">
            the figures
          </a>{' '}
          behind it
        </li>
        <li>
          Lock one, as two officers:{' '}
          <code class="app-code">{`node bin/stolen-mode.mjs officer propose --imei ${imei} --crime DEMO/1`}</code>
          , then the command it prints; check again, and look at the phone’s screen
        </li>
        <li>
          Play a whole theft: <code class="app-code">npm run demo</code>, or a thief’s playbook:{' '}
          <code class="app-code">npm run demo:thief</code>
        </li>
        <li>
          Ask the register as a network would: <code class="app-code">{ask}</code>
        </li>
        <li>
          Read the log:{' '}
          <a class="govuk-link" href="/log/checkpoint">
            checkpoint
          </a>
          ,{' '}
          <a class="govuk-link" href="/openapi.json">
            API description
          </a>
          ,{' '}
          <a class="govuk-link" href="/healthz">
            health
          </a>
        </li>
      </ul>
      <h2 class="govuk-heading-m">Phones</h2>
      {facts.phones.length === 0 ? (
        <p class="govuk-body">They are being made; load this page again.</p>
      ) : null}
      <ul class="govuk-list govuk-list--bullet">
        {facts.phones.map((phone) => (
          <li>
            {`IMEI ${phone.imei}, serial ${phone.serial}: `}
            <a class="govuk-link" href={phone.screenUrl}>
              its screen
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}
