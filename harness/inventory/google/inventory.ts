import type { Dispatcher } from "undici";
import type { Clock } from "../../tools/time/clock.ts";
import type { Inventory, InventoryAnswer, InventoryItem } from "../../model/ports/inventory.ts";
import type { RunId } from "../../model/run-id.ts";
import { inTurns } from "../../tools/time/in-turns.ts";
import { isOfRun } from "../../model/cloud/run-mark.ts";
import { type CallGoogle, googleApi } from "./api.ts";
import { type Discovered, searchAssets } from "./asset-search.ts";
import type { GoogleAuth } from "./auth.ts";
import { type Collected, collectPages } from "./collect.ts";
import type { GoogleApiName, GoogleEndpoints } from "./endpoints.ts";
import { type Grant, grantItem, listGrants } from "./grants.ts";
import { itemOf, peeringsOf, withInheritedLabels } from "./items.ts";
import { COLLECTIONS, GRANT, PEERING } from "./kinds.ts";
import { type ClusterMarks, fullIds, mayBeOf, ownersOf } from "./owners.ts";
import { removeGoogleItem } from "./removal/remove.ts";

export interface GoogleInventoryOptions {
  readonly project: string;
  readonly auth: GoogleAuth;
  readonly endpoints: GoogleEndpoints;
  readonly clock: Clock;
  /** @default undici's own pool */
  readonly dispatcher?: Dispatcher;
  /**
   * APIs that may be disabled in a project: then they have no resources, and the scope names them. Any other disabled
   * API makes the answer fail, because a stack needs it.
   * @default those that no stack uses
   */
  readonly mayBeOff?: readonly GoogleApiName[];
}

const UNUSED: readonly GoogleApiName[] = ["cloudAsset", "dns", "secretManager"];

/** The number of lists at the same time: fast, and few enough not to be throttled. */
const AT_ONCE = 6;

/** The inventory of a Google Cloud project, listed kind by kind and independent of Terraform's state. */
export function googleInventory(options: GoogleInventoryOptions): Inventory {
  const { project, clock } = options;
  const call = googleApi(options);
  const marks: ClusterMarks = new Map();
  return {
    list: async ({ runId }, signal) => {
      const asked = await ask(call, project, runId, signal);
      return answerOf(asked, { project, marks, mayBeOff: options.mayBeOff ?? UNUSED, runId });
    },
    remove: (item, signal) => removeGoogleItem({ call, clock, project }, item, signal),
  };
}

interface Asked {
  readonly collected: readonly Collected[];
  readonly grants: { readonly grants: readonly Grant[]; readonly problem?: string; readonly off?: boolean };
  readonly assets: Discovered;
}

async function ask(
  call: CallGoogle,
  project: string,
  runId: RunId | undefined,
  signal: AbortSignal,
): Promise<Asked> {
  const [collected, grants, assets] = await Promise.all([
    inTurns(COLLECTIONS, AT_ONCE, (collection) => collectPages(call, project, collection, signal)),
    listGrants(call, project, signal),
    searchAssets(call, project, runId, signal),
  ]);
  return { collected, grants, assets };
}

interface Question {
  readonly project: string;
  readonly marks: ClusterMarks;
  readonly mayBeOff: readonly GoogleApiName[];
  readonly runId: RunId | undefined;
}

function answerOf(asked: Asked, question: Question): InventoryAnswer {
  const { project, mayBeOff } = question;
  const { items, unclear } = itemsOf(asked, question);
  const calls = [
    ...COLLECTIONS.map(({ api, kinds }, index) => ({
      api,
      kinds: Object.values(kinds),
      ...asked.collected[index],
    })),
    { api: "resourceManager" as const, kinds: [GRANT], ...asked.grants },
    { api: "cloudAsset" as const, kinds: ["Cloud Asset search"], ...asked.assets },
  ];
  const off = calls.filter((one) => one.off === true && mayBeOff.includes(one.api));
  const problems = calls.filter((one) => one.problem !== undefined && !off.includes(one));
  const kinds = [...calls.filter((one) => !off.includes(one)).flatMap((one) => one.kinds), PEERING];
  const scope = [
    `Google project ${project} (${kinds.length} kinds)`,
    ...(off.length === 0
      ? []
      : [`not listed, because their API is disabled: ${off.flatMap((one) => one.kinds).join(", ")}`]),
    ...(unclear === 0
      ? []
      : [`${unclear} resources of controllers left out, because another cluster may own them`]),
  ].join("; ");
  if (problems.length === 0) return { state: "complete", scope, kinds, items };
  const reason = problems.map((one) => `${one.kinds.join(", ")}: ${one.problem ?? ""}`).join("; ");
  return { state: "failed", scope, reason, partial: items };
}

/** Returns the items of the query, in the order of removal. */
function itemsOf(
  { collected, grants, assets }: Asked,
  { project, marks, runId }: Question,
): { readonly items: readonly InventoryItem[]; readonly unclear: number } {
  const found = collected.flatMap((one) => one.found);
  const { of, orphans, unclear } = ownersOf(found, marks, runId);
  const ids = fullIds(found, runId);
  const orphaned = new Set(orphans.filter((one) => mayBeOf(one, runId)));
  const listed = found.flatMap((one) => {
    const owner = of.get(one);
    if (owner === undefined) return orphaned.has(one) ? [itemOf(one, runId)] : [];
    if (!isOfRun(owner, runId)) return [];
    const id = runId ?? ids.get(owner.run);
    return [...peeringsOf(one, id, owner), itemOf(one, id, owner)];
  });
  const granted = grants.grants
    .filter(({ run12: run }) => isOfRun({ run }, runId))
    .map((grant) => {
      const id = ids.get(grant.run12);
      return { ...grantItem(project, grant), ...(id === undefined ? {} : { runId: id }) };
    });
  return {
    // Grants first, because grants of a deleted account remain under another name.
    items: withInheritedLabels([...granted, ...listed, ...assets.items]),
    unclear: unclear.filter((one) => mayBeOf(one, runId)).length,
  };
}
