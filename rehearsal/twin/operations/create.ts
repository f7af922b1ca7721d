import { findLabelledRun } from "../../../harness/model/cloud/run-mark.ts";
import { settledItem, type TwinItem } from "../../inventory/item.ts";
import type { TypeOverlay } from "../values/overlay.ts";
import type { AttributeSchema } from "../values/schema.ts";
import { filled } from "../values/complete.ts";
import type { TemplateContext } from "../values/template.ts";
import type { Values } from "../values/value.ts";
import { mapAttributes, valueAt } from "../values/walk.ts";
import { SECRET_KEYS } from "../controllers/coder-readiness.ts";
import { controllerItem } from "../controllers/controller-item.ts";
import { settle } from "../controllers/controllers.ts";
import { rolloutFailure } from "../controllers/deployment.ts";
import type { Settled } from "../controllers/settled.ts";
import { scaledMs, type Asked, type Cloud } from "../cloud/cloud.ts";
import { CloudError, cloudWords } from "../cloud/cloud-error.ts";
import { identifyTwin, referencesOf, type Identity } from "../cloud/identity.ts";
import { PENDING, takeControlPlaneAway } from "../cloud/control-plane.ts";
import { injectFault } from "../cloud/fault-injection.ts";
import { violation } from "../cloud/org-policies.ts";
import { waitMs } from "../cloud/wait.ts";
import { findItemRun } from "../cloud/item-run.ts";

/** The outcome of a create as Terraform receives it: the state to keep, and what went wrong. */
export interface Created {
  /** Null: Terraform knows of nothing, whatever exists. */
  readonly state: Values | null;
  readonly key: string;
  readonly error?: unknown;
}

/** Creates a resource as its cloud would: refused, or accepted at once and ready after its time. */
export async function create(cloud: Cloud, asked: Asked, plan: Values): Promise<Created> {
  const context = contextOf(asked);
  const identity = identifyTwin(asked.type, asked.overlay, plan, context);
  const state = filled(asked.schema, asked.overlay, plan, identity.context);
  let item: TwinItem | undefined;
  let settled: Settled | undefined;
  try {
    const { slowMs, lostAnswer, policies, controlPlaneAwayMs, imageIsMissing } = await injectFault(
      cloud,
      "create",
      asked.type,
      identity,
      labelsOf(asked, state),
    );
    const ms = scaledMs(asked.overlay.seconds.create, cloud.settings) + slowMs;
    const violated = violation(
      policies,
      { type: asked.type, name: identity.name, project: identity.context.project ?? "" },
      state,
    );
    if (violated?.created === false) throw violated;
    if (controlPlaneAwayMs !== undefined && asked.cluster !== undefined)
      return await breakOff(cloud, asked.cluster, controlPlaneAwayMs);
    item = await accept(cloud, asked, identity, state, ms);
    if (violated !== undefined) await fail(cloud, { error: violated, seconds: asked.overlay.seconds.create });
    const readyAt = performance.now() + ms;
    settled = await settle(cloud, { asked, item, state, identity });
    if (settled.never !== undefined) await fail(cloud, settled.never);
    if (imageIsMissing === true) await fail(cloud, rolloutFailure(state, "ErrImagePull"));
    await waitMs(Math.max(0, readyAt - performance.now()), cloud.signal);
    await cloud.store.put(ready(item, settled.item, settled.state, asked));
    if (controlPlaneAwayMs !== undefined && item.parent !== undefined)
      await takeControlPlaneAway(cloud.store, item.parent, controlPlaneAwayMs);
    if (lostAnswer !== undefined)
      return { state: null, key: identity.key, error: new CloudError(lostAnswer) };
    return { state: settled.state, key: identity.key };
  } catch (error) {
    const exists = item !== undefined && error instanceof CloudError && error.created;
    return { state: exists ? (settled?.state ?? state) : null, key: identity.key, error };
  }

  /** The connection ends in the middle of it: nothing is made, but for Helm's record of an install that has begun. */
  async function breakOff({ store }: Cloud, cluster: TwinItem, ms: number): Promise<never> {
    if (identity.kind === "helm_release") {
      const begun = await accept(cloud, asked, identity, state, 0);
      await store.put({ ...settledItem(begun), attributes: { status: PENDING } });
    }
    await takeControlPlaneAway(store, cluster.key, ms);
    throw new CloudError(
      `Kubernetes cluster unreachable: Get "https://${cluster.name}/version": connection refused`,
    );
  }
}

async function fail(
  { settings, signal }: Cloud,
  { error, seconds }: NonNullable<Settled["never"]>,
): Promise<never> {
  await waitMs(scaledMs(seconds, settings), signal);
  throw error;
}

/** Names and parents are looked up and the name is taken in one step. */
async function accept(
  { store }: Cloud,
  asked: Asked,
  identity: Identity,
  state: Values,
  ms: number,
): Promise<TwinItem> {
  const { kind, path } = identity;
  const words = cloudWords(kind);
  const referenced = referencesOf(asked.overlay, state, identity.context);
  return store.locked(async () => {
    const found: TwinItem[] = [];
    for (const { key: other, value, reference } of referenced) {
      const item = await store.get(other);
      if (item !== undefined && item.status !== "deleting") found.push(item);
      else if (reference.kind === "kubernetes_namespace" && state["create_namespace"] === true)
        found.push(await makeNamespace(value));
      else if (isRequired(reference.kind, value)) throw new CloudError(missing(reference.kind, value));
    }
    const parents = new Set(referenced.filter(({ reference }) => reference.parent).map((one) => one.key));
    const parent = found.find((item) => parents.has(item.key)) ?? asked.cluster;
    refuse(asked.overlay, state, parent);
    const uses = found.filter((item) => !parents.has(item.key));
    const item = newItem(asked, identity, { state, parent, uses, ms });
    if (asked.overlay.shared === true) await store.put(item);
    else if (!(await store.create(item))) throw new CloudError(words.taken(path));
    return item;
  });

  /** Helm's `create_namespace`: only the cluster's deletion removes it. */
  async function makeNamespace(name: string): Promise<TwinItem> {
    const where = { kind: "kubernetes_namespace", scope: asked.cluster?.name ?? "", name };
    const made = controllerItem(where, { ...(asked.cluster !== undefined && { parent: asked.cluster.key }) });
    await store.put(made);
    return made;
  }

  function missing(of: string, value: string): string {
    return cloudWords(of).missing(of === "kubernetes_namespace" ? `namespaces "${value}"` : value);
  }
}

/** An address may be a plain number, and a namespace that every cluster has needs no item. */
function isRequired(kind: string, value: string): boolean {
  if (kind === "google_compute_address") return !/^[\d.]+$/.test(value);
  return kind !== "kubernetes_namespace" || !["default", "kube-system"].includes(value);
}

function newItem(
  asked: Asked,
  { key, kind, name, scope }: Identity,
  {
    state,
    parent,
    uses,
    ms,
  }: { state: Values; parent: TwinItem | undefined; uses: readonly TwinItem[]; ms: number },
): TwinItem {
  const labels = labelsOf(asked, state);
  const runId =
    findLabelledRun(labels) ??
    findLabelledRun(asked.place.labels) ??
    [parent, ...uses].map((item) => item && findItemRun(item)).find((run) => run !== undefined);
  return {
    key,
    kind,
    name,
    scope,
    labels,
    status: "creating",
    createdAt: new Date().toISOString(),
    settlesAt: new Date(Date.now() + ms).toISOString(),
    origin: "terraform",
    ...(parent !== undefined && { parent: parent.key }),
    uses: uses.map((item) => item.key),
    ...(runId !== undefined && { runId }),
    attributes: { ...storable(asked, state), ...secretKeys(asked, state) },
  };
}

/** Throws what the cloud answers values that it does not accept. */
export function refuse({ refuses }: TypeOverlay, values: Values, parent: TwinItem | undefined): void {
  const reason = refuses?.(values, parent);
  if (reason !== undefined) throw new CloudError(reason);
}

function ready(created: TwinItem, changed: Partial<TwinItem>, state: Values, asked: Asked): TwinItem {
  return {
    ...settledItem(created),
    ...changed,
    attributes: { ...storable(asked, state), ...secretKeys(asked, state) },
  };
}

/** A pod that wants a key which its secret lacks never starts: the names of the keys are kept, no value is. */
function secretKeys({ overlay, config }: Asked, state: Values): Values {
  if (overlay.kind !== "kubernetes_secret") return {};
  const parts = [state["data"], state["binary_data"], config["data_wo"], config["binary_data_wo"]];
  return { [SECRET_KEYS]: parts.flatMap((part) => Object.keys(part ?? {})) };
}

/** Returns the attributes that may be stored on disk, without those that the schema calls secret. */
export function storable({ schema }: Pick<Asked, "schema">, state: Values): Values {
  const isSecret = ({ sensitive, write_only }: AttributeSchema): boolean =>
    sensitive === true || write_only === true;
  return mapAttributes(schema.block, state, (value, attribute) =>
    isSecret(attribute) ? null : plain(value),
  );
}

/** JSON has no integers of 64 bits. */
function plain(value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** The labels that a resource carries in its cloud. */
export function labelsOf({ overlay, place, schema }: Asked, state: Values): Record<string, string> {
  if (overlay.labels === undefined) return {};
  const own = (valueAt(state, overlay.labels) ?? {}) as Record<string, string>;
  const inherits = schema.block.attributes?.["terraform_labels"] !== undefined;
  return { ...(inherits && place.labels), ...own };
}

/** Returns the values that templates of a resource may name. */
export function contextOf({ place, cluster }: Asked): TemplateContext {
  return { ...place.context, cluster: cluster?.name };
}
