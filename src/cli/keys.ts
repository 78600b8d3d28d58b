// headroom keys: new keys for a deployment with separate roles, as lines for an environment or a Secret. Nothing is stored.

import { newApprovalKeys } from '../adapters/keys/approval-keys.ts';
import { newAuditKey } from '../adapters/keys/audit-seal.ts';

export function printKeys(print: (line: string) => void): void {
  const { privateKey, publicKey } = newApprovalKeys();
  const lines = [
    '# Secret. For the slack role only: it signs approvals.',
    `APPROVAL_PRIVATE_KEY=${privateKey}`,
    '# For the worker: it checks them. Keep the old key beside it, separated by a comma, until approvals of before have expired.',
    `APPROVAL_PUBLIC_KEYS=${publicKey}`,
    '# Secret. For both roles: it seals the audit.',
    `AUDIT_KEY=${newAuditKey()}`,
  ];
  for (const line of lines) print(line);
}
