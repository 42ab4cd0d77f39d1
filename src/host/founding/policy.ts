import { formatVkey, type NoteKey } from '../../log/index.ts'

/** A cosigner as the policy names it. */
export interface PolicyMember {
  readonly name: string
  readonly key: NoteKey
  readonly url: string
}

/** A log as the policy names it. */
export interface PlannedLog {
  readonly key: NoteKey
  readonly url: string
}

/** Whom a new constellation believes. */
export interface PolicyPlan {
  readonly logs: readonly PlannedLog[]
  readonly witnesses: readonly PolicyMember[]
  readonly guardians: readonly PolicyMember[]
}

/** C2SP policy: the logs, their witnesses, and for whatever takes something away the guardians too. */
export function policyText(plan: PolicyPlan, guarded: boolean): string {
  const { logs, witnesses, guardians } = plan
  const lines = logs.map(({ key, url }) => `log ${formatVkey(key)} ${url}`)
  for (const { name, key, url } of [...witnesses, ...guardians])
    lines.push(`witness ${name} ${formatVkey(key)} ${url}`)
  lines.push(`group witnesses ${majority(witnesses.length)} ${names(witnesses)}`)
  lines.push(`group guardians ${majority(guardians.length)} ${names(guardians)}`)
  if (guarded) lines.push('group guarded all witnesses guardians', 'quorum guarded')
  else lines.push('quorum witnesses')
  return `${lines.join('\n')}\n`
}

const majority = (count: number) => Math.floor(count / 2) + 1
const names = (members: readonly PolicyMember[]) => members.map(({ name }) => name).join(' ')
