import { settledItem } from "../../inventory/item.ts";
import type { TwinItem } from "../../inventory/item.ts";
import type { AttributeSchema } from "../schema.ts";
import { filled } from "../plugin/complete.ts";
import type { TemplateContext } from "../plugin/template.ts";
import type { Values } from "../plugin/value.ts";
import { mapAttributes, valueAt } from "../plugin/walk.ts";
import { afterCreate } from "../controllers/controllers.ts";
import { scaledMs } from "./cloud.ts";
import type { Asked, Cloud } from "./cloud.ts";
import { CloudError, cloudWords } from "./cloud-error.ts";
import { identify, referencesOf } from "./identity.ts";
import type { Identity, Referenced } from "./identity.ts";
import { injectFault } from "./fault-injection.ts";
import { waitMs } from "./wait.ts";

/** What Terraform is told of a create: the state to keep, and what went wrong. */
export interface Created {
  /** Null: Terraform knows of nothing, whatever exists. */
  readonly state: Values | null;
  readonly key: string;
  readonly error?: unknown;
}

/** Creates a resource as its cloud would: refused, or accepted at once and ready after its time. */
export async function create(cloud: Cloud, asked: Asked, plan: Values): Promise<Created> {
  const context = contextOf(asked);
  const identity = identify(asked.type, asked.overlay, plan, context);
  const state = filled(asked.schema, asked.overlay, plan, identity.context);
  const ms = scaledMs(asked.overlay.seconds.create, cloud.settings);
  let item: TwinItem | undefined;
  try {
    const fault = await injectFault(cloud, "create", asked.type, identity, labelsOf(asked, state));
    item = await accept(cloud, asked, identity, state, ms);
    await waitMs(ms, cloud.signal);
    const outcome = await afterCreate(cloud, { asked, item, state, identity });
    await cloud.store.put(ready(item, outcome.item, outcome.state, asked));
    if (fault?.do === "accept-and-lose-answer")
      return { state: null, key: identity.key, error: new CloudError(fault.message) };
    return { state: outcome.state, key: identity.key };
  } catch (error) {
    const exists = item !== undefined && error instanceof CloudError && error.created;
    return { state: exists ? state : null, key: identity.key, error };
  }
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
      else if (isRequired(reference.kind, value)) throw new CloudError(missing(reference.kind, value));
    }
    const item = newItem(asked, identity, { state, referenced, found, ms });
    if (asked.overlay.shared === true) await store.put(item);
    else if (!(await store.create(item))) throw new CloudError(words.taken(path));
    return item;
  });

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
  what: { state: Values; referenced: readonly Referenced[]; found: readonly TwinItem[]; ms: number },
): TwinItem {
  const labels = labelsOf(asked, what.state);
  const parents = new Set(what.referenced.filter(({ reference }) => reference.parent).map((one) => one.key));
  const parent = what.found.find((item) => parents.has(item.key)) ?? asked.cluster;
  const runId =
    labels["bench-run"] ??
    asked.place.labels["bench-run"] ??
    [parent, ...what.found].map((item) => item && runOf(item)).find((run) => run !== undefined);
  return {
    key,
    kind,
    name,
    scope,
    labels,
    status: "creating",
    createdAt: new Date().toISOString(),
    settlesAt: new Date(Date.now() + what.ms).toISOString(),
    origin: "terraform",
    ...(parent !== undefined && { parent: parent.key }),
    uses: what.found.filter((item) => !parents.has(item.key)).map((item) => item.key),
    ...(runId !== undefined && { runId }),
    attributes: storable(asked, what.state),
  };
}

function ready(created: TwinItem, changed: Partial<TwinItem>, state: Values, asked: Asked): TwinItem {
  return { ...settledItem(created), ...changed, attributes: storable(asked, state) };
}

/** The attributes that may lie on disk: what the schema calls secret is left out. */
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

/** The run of an item, by label or by what its maker knew. */
export function runOf(item: TwinItem): string | undefined {
  return item.labels["bench-run"] ?? item.runId;
}

/** What templates of a resource may name. */
export function contextOf({ place, cluster }: Asked): TemplateContext {
  return { ...place.context, cluster: cluster?.name };
}
