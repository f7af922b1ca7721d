import { namePrefix } from "../../../harness/model/run-id.ts";
import type { TwinItem } from "../../inventory/item.ts";
import { itemKey } from "../../inventory/key.ts";
import type { EmulatedBuild } from "../state/types.ts";

/** Something that a build made: named, labelled and placed as its template says. */
export function workspaceItem(
  build: EmulatedBuild,
  { kind, scope, name }: { readonly kind: string; readonly scope: string; readonly name: string },
  more: Partial<TwinItem> = {},
): TwinItem {
  return {
    key: itemKey(kind, scope, name),
    kind,
    name,
    scope,
    labels: labelsOf(build),
    status: "ready",
    createdAt: new Date().toISOString(),
    origin: "coder",
    uses: [],
    ...runOf(build),
    ...more,
  };
}

/** As the reference architectures' workspace templates name what they make. */
export function workspaceName({ workspace, version }: EmulatedBuild): string {
  const run = version.variables["bench_run"];
  return `${run === undefined ? "coder" : namePrefix(run)}-${workspace.id.slice(0, 8)}`;
}

/** Whether the workspace has a home volume. */
export function hasHome({ parameters }: EmulatedBuild): boolean {
  const size = parameters.find(({ name }) => name === "home_disk_size")?.value;
  return Number(size ?? 0) > 0;
}

function labelsOf({ version: { variables } }: EmulatedBuild): Record<string, string> {
  const labels = { run: "bench_run", env: "bench_env", owner: "bench_owner", expires: "bench_expires" };
  return {
    ...Object.fromEntries(
      Object.entries(labels).flatMap(([label, variable]) => {
        const value = variables[variable];
        return value === undefined ? [] : [[`bench-${label}`, value]];
      }),
    ),
    "bench-managed": "coder",
  };
}

function runOf({ version }: EmulatedBuild): { runId?: string } {
  const run = version.variables["bench_run"];
  return run === undefined ? {} : { runId: run };
}
