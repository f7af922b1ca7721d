import { itemKey } from "../../inventory/key.ts";
import type { Reference, TypeOverlay } from "../values/overlay.ts";
import { lastSegment, render } from "../values/template.ts";
import type { TemplateContext } from "../values/template.ts";
import type { Values } from "../values/value.ts";
import { valuesAt } from "../values/walk.ts";

/** A resource's place in the inventory, and its name in the cloud's messages. */
export interface Identity {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly scope: string;
  readonly path: string;
  readonly context: TemplateContext;
}

/** The identity of a resource with these values. */
export function identifyTwin(
  type: string,
  overlay: TypeOverlay,
  values: Values,
  place: TemplateContext,
): Identity {
  const kind = overlay.kind ?? type;
  const scope = render(overlay.scope, values, place);
  // A name may be made of the hash of what is beside it.
  const early = { ...place, key: `${kind}/${scope}` };
  const name = render(overlay.name, values, early);
  const context = { ...place, key: itemKey(kind, scope, name) };
  return { key: context.key, kind, name, scope, path: render(overlay.path, values, context), context };
}

/** Another resource that a value names. */
export interface Referenced {
  readonly reference: Reference;
  readonly key: string;
  /** The value as the configuration gives it. */
  readonly value: string;
}

/** Every resource that the values name, by the overlay's table. */
export function referencesOf(overlay: TypeOverlay, values: Values, place: TemplateContext): Referenced[] {
  return (overlay.references ?? []).flatMap((reference) =>
    valuesAt(values, reference.at)
      .filter((value): value is string => typeof value === "string" && value !== "")
      .map((value) => ({
        reference,
        key: itemKey(reference.kind, scopeOf(reference, value, values, place), lastSegment(value)),
        value,
      })),
  );
}

/** A link contains its own region; a bare name is in the resource's region. */
function scopeOf(reference: Reference, value: string, values: Values, place: TemplateContext): string {
  const region = /\/regions\/([^/]+)\//.exec(value)?.[1];
  return render(reference.scope, region === undefined ? values : { ...values, region }, place);
}
