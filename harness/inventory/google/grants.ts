import type { InventoryItem, RemoveOutcome } from "../../model/ports/inventory.ts";
import { findQuotedRun } from "../../model/cloud/run-mark.ts";
import type { CallGoogle } from "./api.ts";
import { GRANT } from "./kinds.ts";
import { removeOutcomeOf } from "./removal/outcome.ts";
import { type Raw, textsAt } from "./raw.ts";
import { list, record } from "./refusal.ts";

/** A grant to a run's account, in the project's policy. */
export interface Grant {
  readonly role: string;
  readonly member: string;
  readonly run12: string;
}

/** Only version 3 of a policy contains conditions. A policy that is written back without them loses them. */
const VERSION_3 = { options: { requestedPolicyVersion: 3 } };
/** The policy may change between reading and writing. */
const WRITES = 5;

/** Lists the grants to accounts whose names contain a run. Grants outlive an account, as `deleted:serviceAccount:…`. */
export async function listGrants(
  call: CallGoogle,
  project: string,
  signal: AbortSignal,
): Promise<{ readonly grants: readonly Grant[]; readonly problem?: string; readonly off?: boolean }> {
  const answer = await getPolicy(call, project, signal);
  if (answer.state === "api-off") return { grants: [], problem: answer.reason, off: true };
  if (answer.state !== "ok") return { grants: [], problem: `${answer.state}: ${answer.reason}` };
  const grants = list(answer.body["bindings"]).flatMap((binding) => {
    const role = String(record(binding)["role"]);
    return textsAt(record(binding), "members").flatMap((member) => {
      const run12 = /serviceAccount:/.test(member) ? findQuotedRun(member) : undefined;
      return run12 === undefined ? [] : [{ role, member, run12 }];
    });
  });
  return { grants };
}

export function grantItem(project: string, { role, member }: Grant): InventoryItem {
  return {
    id: `resourceManager:projects/${project}#${role}#${member}`,
    kind: GRANT,
    name: `${role} of ${member}`,
    labels: {},
  };
}

/** Removes one member from one role, and leaves the rest of the policy unchanged. */
export async function removeGrant(
  call: CallGoogle,
  project: string,
  id: string,
  signal: AbortSignal,
): Promise<RemoveOutcome> {
  const [, role, member] = id.split("#");
  for (let written = 1; ; written += 1) {
    const answer = await getPolicy(call, project, signal);
    if (answer.state !== "ok") return removeOutcomeOf(answer);
    const { policy, changed } = without(answer.body, role ?? "", member ?? "");
    if (!changed) return { state: "gone" };
    const answered = await call(
      { api: "resourceManager", method: "POST", path: `projects/${project}:setIamPolicy`, body: { policy } },
      signal,
    );
    if (answered.state !== "in-use" || written === WRITES) return removeOutcomeOf(answered);
  }
}

function getPolicy(call: CallGoogle, project: string, signal: AbortSignal): ReturnType<CallGoogle> {
  return call(
    { api: "resourceManager", method: "POST", path: `projects/${project}:getIamPolicy`, body: VERSION_3 },
    signal,
  );
}

function without(
  policy: Raw,
  role: string,
  member: string,
): { readonly policy: Raw; readonly changed: boolean } {
  let changed = false;
  const bindings = list(policy["bindings"]).flatMap((value) => {
    const binding = record(value);
    const members = textsAt(binding, "members");
    if (binding["role"] !== role || !members.includes(member)) return [binding];
    changed = true;
    const left = members.filter((one) => one !== member);
    return left.length === 0 ? [] : [{ ...binding, members: left }];
  });
  return { policy: { ...policy, bindings }, changed };
}
