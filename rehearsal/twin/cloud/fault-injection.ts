import { itemKey } from "../../inventory/key.ts";
import { faultsMet, STUCK } from "../planned-faults.ts";
import type { Fault, OrgPolicy } from "../faults.ts";
import type { Cloud } from "./cloud.ts";
import { CloudError, cloudWords } from "./cloud-error.ts";
import type { Identity } from "./identity.ts";

/** Longer than anybody waits: a provider that is stopped ends the wait. */
const FOR_EVER_MS = 24 * 60 * 60_000;

/** The part of a call's faults that the caller must play. */
export interface Injected {
  /** How much longer it takes once it is accepted. */
  readonly slowMs: number;
  /** For how long the API server of its cluster does not answer from now on. */
  readonly controlPlaneAwayMs?: number;
  /** The call is done, and Terraform receives only this error. */
  readonly lostAnswer?: string;
  /** The image of its pods is never pulled. */
  readonly imageIsMissing?: boolean;
  /** Policies that the organisation enforces. */
  readonly policies: readonly OrgPolicy[];
}

/** Plays the planned faults that this call meets: throws, leaks, or returns what the caller must play. */
export async function injectFault(
  cloud: Cloud,
  op: Fault["op"],
  type: string,
  identity: Identity,
  labels: Readonly<Record<string, string>>,
): Promise<Injected> {
  let injected: Injected = { slowMs: 0, policies: [] };
  for (const fault of await faultsMet(cloud.settings.faults, {
    op,
    type,
    name: identity.name,
    scope: identity.scope,
  })) {
    switch (fault.do) {
      case "refuse":
      case "throttle":
        throw new CloudError(fault.message);
      case "in-use":
        throw new CloudError(cloudWords(identity.kind).inUse(identity.path, fault.message));
      case "stuck-delete":
        throw new CloudError(STUCK);
      case "hang":
        injected = { ...injected, slowMs: FOR_EVER_MS };
        break;
      case "slow":
        injected = { ...injected, slowMs: injected.slowMs + fault.ms };
        break;
      case "leak":
        await leak(cloud, identity, labels);
        break;
      case "accept-and-lose-answer":
        injected = { ...injected, lostAnswer: fault.message };
        break;
      case "org-policy":
        injected = { ...injected, policies: [...injected.policies, fault.constraint] };
        break;
      case "control-plane-away":
        injected = { ...injected, controlPlaneAwayMs: fault.ms };
        break;
      case "image-pull":
        injected = { ...injected, imageIsMissing: true };
        break;
      case "replace-node":
      case "lose-provisioners":
      case "fail":
      case "partial":
      case "cluster-denied":
      case "late":
        // Played by the inventory, by the look at the nodes and by the start of provisioners.
        break;
    }
  }
  return injected;
}

async function leak(
  { store }: Cloud,
  { key, name, context }: Identity,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const scope = `${context.project ?? name}/${context.zone ?? "us-central1-a"}`;
  const disk = `${name}-leaked`;
  await store.put({
    key: itemKey("google_compute_disk", scope, disk),
    kind: "google_compute_disk",
    name: disk,
    scope,
    labels: { ...labels },
    status: "ready",
    createdAt: new Date().toISOString(),
    origin: "leak",
    uses: [],
    attributes: { leaked_beside: key },
  });
}
