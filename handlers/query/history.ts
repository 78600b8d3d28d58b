// `/oom list`, `recent`, `history` and `approvals`: what was, and what waits. Read from what is stored; a workload whose pods are gone still has its
// history.

import type { Answer } from '../../src/api/answer.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import type { WorkloadName } from '../../src/domain/query/directory.ts';
import { pageOf } from '../../src/domain/query/page.ts';
import type { Audit } from '../../src/ports/audit.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { WaitingPorts } from '../triage/waiting.ts';
import { waitingFor } from '../triage/waiting.ts';
import type { Asked, FindPorts, QuerySettings } from './find.ts';
import { calledNothing, finding, missing, nameIn, pick, usage } from './find.ts';
import { isAbout } from './resources.ts';

export type PastPorts = FindPorts & WaitingPorts & { readonly incidents: IncidentStore; readonly audit: Audit };

/** As far back as a list goes. */
const LOOKED_AT = 500;
const SHOWN_PROPOSALS = 20;
const RECORDS = 12;

export async function listed({ incidents }: PastPorts, { page, text }: Asked, which: 'open' | 'recent'): Promise<Answer> {
  const found = await incidents.list({ state: which === 'open' ? 'unresolved' : 'all', limit: LOOKED_AT });
  return { kind: 'incidents', which, incidents: pageOf(found, { page, ask: text }) };
}

export async function history(ports: PastPorts, settings: QuerySettings, asked: Asked): Promise<Answer> {
  const name = nameIn(asked.words);
  if (name === undefined) return usage('Name one workload, in full or in part.', 'history');
  const all = await ports.incidents.list({ state: 'all', limit: LOOKED_AT });
  const workloads = all.map(({ workload }) => workload);
  const found = await finding(ports, { wanted: ['workload'], text: name, signal: asked.signal, workloads });
  switch (found.kind) {
    case 'unreadable':
      return { kind: 'not-found', problem: found.reason, nearest: [] };
    case 'none':
      return missing(calledNothing(settings, name), found.nearest, 'history');
    case 'several':
      return pick({ name, things: found.things, asked, command: 'history' });
    case 'one':
      return found.thing.kind === 'workload'
        ? historyOf(ports, asked, { all, workload: found.thing.workload })
        : missing('That is no workload.', []);
  }
}

type Past = { readonly all: readonly Incident[]; readonly workload: WorkloadName };

async function historyOf(ports: PastPorts, { page, text }: Asked, { all, workload }: Past): Promise<Answer> {
  const incidents = pageOf(
    all.filter((incident) => isAbout(incident, workload)),
    { page, ask: text },
  );
  const { namespace, kind, name } = workload;
  const [proposals, { entries }] = await Promise.all([
    proposalsOf(ports, incidents.items),
    ports.audit.history({ namespace, workload: name, limit: RECORDS }),
  ]);
  const records = entries.map(({ event }) => event).filter(({ target }) => target?.kind === kind);
  return { kind: 'history', workload: { namespace, kind, name }, incidents, proposals, records };
}

/** Every change that was asked for in these incidents, newest first. */
async function proposalsOf({ proposals }: PastPorts, incidents: readonly Incident[]): Promise<readonly Proposal[]> {
  const ids = incidents.flatMap(({ thread }) =>
    thread.flatMap(({ subject }) => (subject.kind === 'proposal' ? [subject.proposalId] : [])),
  );
  const found = await Promise.all([...new Set(ids)].slice(-SHOWN_PROPOSALS).map((id) => proposals.get(id)));
  return found.flatMap((proposal) => proposal ?? []).toSorted((a, b) => b.createdAt - a.createdAt);
}

export async function approvals(ports: PastPorts, { policy }: QuerySettings, { person }: Asked): Promise<Answer> {
  return { kind: 'approvals', ...(await waitingFor(ports, policy, person)) };
}
