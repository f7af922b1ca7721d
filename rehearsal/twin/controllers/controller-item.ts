import { itemKey } from "../../inventory/key.ts";
import type { TwinItem } from "../../inventory/item.ts";

/** A thing that a controller made. */
export function controllerItem(
  { kind, scope, name }: { readonly kind: string; readonly scope: string; readonly name: string },
  more: Partial<TwinItem>,
): TwinItem {
  return {
    key: itemKey(kind, scope, name),
    kind,
    name,
    scope,
    labels: {},
    status: "ready",
    createdAt: new Date().toISOString(),
    origin: "controller",
    uses: [],
    ...more,
  };
}
