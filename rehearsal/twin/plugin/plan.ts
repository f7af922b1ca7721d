import type { TwinPlace } from "../cloud/place.ts";
import type { TypeOverlay } from "../values/overlay.ts";
import type { TypeSchema } from "../values/schema.ts";
import { planned } from "../values/complete.ts";
import { encodeValues, isKnown, sameValue, UNKNOWN } from "../values/value.ts";
import type { Values } from "../values/value.ts";
import { valueAt } from "../values/walk.ts";

interface Change {
  readonly prior: Values | null;
  readonly proposed: Values | null;
  /** As Terraform sent it: an unchanged resource is answered with the same bytes. */
  readonly priorBytes: unknown;
  readonly priorPrivate: unknown;
}

/** Answers PlanResourceChange. */
export function planChange(
  schema: TypeSchema,
  overlay: TypeOverlay,
  place: TwinPlace,
  { prior, proposed, priorBytes, priorPrivate }: Change,
): object {
  const kept = { planned_private: priorPrivate, legacy_type_system: true };
  if (proposed === null) return { planned_state: encodeValues(null), ...kept };
  const plan = withLabels(schema, place, planned(schema, overlay, proposed, prior));
  if (prior === null) return { planned_state: encodeValues(plan), ...kept };
  if (sameValue(plan, prior)) return { planned_state: priorBytes, ...kept };
  const replaced = overlay.forceNew.filter((path) => !sameValue(valueAt(plan, path), valueAt(prior, path)));
  for (const name of overlay.changing ?? []) plan[name] = UNKNOWN;
  return { planned_state: encodeValues(plan), requires_replace: replaced.map(attributePath), ...kept };
}

/** Google's and AWS's providers add their default labels to a resource's own, already in the plan. */
function withLabels(schema: TypeSchema, place: TwinPlace, plan: Values): Values {
  if (schema.block.attributes?.["tags_all"] !== undefined) {
    const tags = plan["tags"];
    if (!isKnown(tags)) return { ...plan, tags_all: UNKNOWN };
    return { ...plan, tags_all: { ...place.labels, ...(tags as Record<string, string> | null) } };
  }
  if (schema.block.attributes?.["terraform_labels"] === undefined) return plan;
  const own = plan["labels"] ?? plan["resource_labels"];
  if (!isKnown(own)) return { ...plan, terraform_labels: UNKNOWN, effective_labels: UNKNOWN };
  const labels = { ...place.labels, ...(own as Record<string, string> | null) };
  return { ...plan, terraform_labels: labels, effective_labels: labels };
}

function attributePath(path: string): object {
  return {
    steps: path
      .split(".")
      .map((step) => (/^\d+$/.test(step) ? { element_key_int: Number(step) } : { attribute_name: step })),
  };
}
