import type { TwinItem } from "../../inventory/item.ts";
import { OVERLAY } from "../overlay/table.ts";
import { render } from "../values/template.ts";

/** How the cloud's messages name an item. */
export function pathOf({ kind, name, scope, key, attributes }: TwinItem): string {
  const overlay = OVERLAY[kind];
  if (overlay === undefined || attributes === undefined)
    return kind.startsWith("kubernetes_")
      ? `${kind.slice("kubernetes_".length)}s "${name}"`
      : `${scope}/${name}`;
  const [project, place] = scope.split("/");
  // An item that a controller made has no attributes of Terraform: its scope gives its place.
  return render(overlay.path, { name, zone: place, region: place, ...attributes }, { project, key });
}
