// What each message of a thread says as things are now. Undefined while what it shows is not there yet.

import { approversFor } from '../../src/domain/change/policy/approval.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyScope } from '../../src/domain/change/policy/scope.ts';
import { gistOf } from '../../src/domain/incident/gist.ts';
import type { Dossier, Incident, ThreadEntry } from '../../src/domain/incident/incident.ts';
import { lastChangeId } from '../../src/domain/incident/since-change.ts';
import type { Kill, KillId } from '../../src/domain/kill/oom-kill.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { KillIntake } from '../../src/ports/kill-intake.ts';
import type { Message } from '../../src/ports/messenger.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import { explainedKill } from '../explain/explained-kill.ts';

export type ComposePorts = {
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly intake: Pick<KillIntake, 'kill'>;
};

export type Composing = { readonly incident: Incident; readonly entry: ThreadEntry };

export type Composed = {
  readonly message: Message;
  readonly gist?: string | undefined;
  /** Of an explanation: the kill that it tells. */
  readonly killId?: KillId | undefined;
};

export async function compose(
  ports: ComposePorts,
  { policy }: { readonly policy: Policy },
  { incident, entry }: Composing,
): Promise<Composed | undefined> {
  const { subject } = entry;
  const dossier = await ports.incidents.dossier(incident.id);
  switch (subject.kind) {
    case 'root':
      return root(ports, incident, dossier);
    case 'explanation':
      return explanation(ports, { incident, entry, dossier });
    case 'proposal': {
      const proposal = await proposalOf(ports, subject.proposalId);
      if (proposal === undefined) return undefined;
      return { message: { kind: 'proposal', incident, proposal, approvers: approversFor(policy, policyScope(proposal)) } };
    }
    case 'outcome': {
      const proposal = await proposalOf(ports, subject.proposalId);
      return proposal === undefined ? undefined : { message: { kind: 'outcome', incident, proposal } };
    }
    case 'follow-up': {
      const followUp = incident.followUps?.find(
        ({ proposalId, stage }) => proposalId === subject.proposalId && stage === subject.stage,
      );
      return followUp === undefined ? undefined : { message: { kind: 'follow-up', incident, followUp } };
    }
    case 'note':
      return { message: { kind: 'note', incident, note: subject.note } };
    case 'again':
      return once(entry, { ...subject, incident, dossier, lastChange: await proposalOf(ports, lastChangeId(incident)) });
    case 'output':
      return dossier === undefined ? undefined : once(entry, { kind: 'output', incident, dossier });
    case 'reminder':
      return once(entry, { kind: 'reminder', incident, dossier, kills: subject.kills });
  }
}

async function root(ports: ComposePorts, incident: Incident, dossier: Dossier | undefined): Promise<Composed> {
  const shown = { incident, dossier, proposal: await proposalOf(ports, incident.proposalId) };
  const lastChange = await proposalOf(ports, lastChangeId(incident));
  const explained = await inThread(ports, incident, dossier);
  return { message: { kind: 'root', ...shown, lastChange, explained }, gist: gistOf(shown) };
}

/** A later kill of the same cause is not explained again, though it may have ended otherwise. */
async function inThread({ intake }: ComposePorts, { thread }: Incident, dossier: Dossier | undefined): Promise<Kill | undefined> {
  const last = thread.findLast(({ subject, posted }) => subject.kind === 'explanation' && posted !== undefined);
  const killId = last === undefined ? undefined : toldKill(last);
  return killId === undefined || killId === dossier?.killId ? undefined : intake.kill(killId);
}

/** The one it was to be written for, where a message from before this was kept does not say. */
function toldKill({ subject, posted }: ThreadEntry): KillId | undefined {
  return posted?.killId ?? (subject.kind === 'explanation' ? subject.killId : undefined);
}

/** News of a moment: what the channel was told then stays as it was said. */
function once(entry: ThreadEntry, message: Message): Composed | undefined {
  return entry.posted === undefined ? { message } : undefined;
}

type Explaining = Composing & { readonly dossier: Dossier | undefined };

/** Once posted, an explanation stays that of its own kill: the thread is history. */
async function explanation({ intake }: ComposePorts, { incident, entry, dossier }: Explaining): Promise<Composed | undefined> {
  if (dossier === undefined || (entry.posted !== undefined && dossier.killId !== toldKill(entry))) return undefined;
  const lastKill = await explainedKill(intake, incident, dossier);
  return { message: { kind: 'explanation', incident: { ...incident, lastKill }, dossier }, killId: dossier.killId };
}

async function proposalOf(ports: ComposePorts, id: string | undefined) {
  return id === undefined ? undefined : ports.proposals.get(id);
}
