import { RefbenchError } from "../tools/error.ts";
import type { CloudPlan } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { twinProviderPickedUp } from "../../rehearsal/twin/picked-up.ts";
import { endpointsOf } from "./settings/endpoints.ts";

/** Throws `usage` if a shell that continues a run has other endpoints: an SDK reads these variables itself. */
export function refuseOtherCloud(
  { path }: Pick<RunFolder, "path">,
  { provider, endpoints }: CloudPlan,
  env: NodeJS.ProcessEnv,
): void {
  const twin = twinProviderPickedUp(env);
  if (twin !== undefined) {
    throw new RefbenchError(
      "usage",
      `${path} is a real run, but here the twin would answer for its cloud: ${twin}; continue in a separate shell`,
    );
  }
  const { endpoints: here } = endpointsOf(provider, env);
  const names = [...new Set([...Object.keys(endpoints), ...Object.keys(here)])];
  const other = names.find((name) => endpoints[name] !== here[name]);
  if (other === undefined) return;
  const wanted = endpoints[other];
  throw new RefbenchError(
    "usage",
    `${path} was made ${wanted === undefined ? `without ${other}` : `with ${other}=${wanted}`}, but here it is ${here[other] ?? "not set"}, so its resources would not be found; ${wanted === undefined ? `unset ${other}` : `export ${other}=${wanted}`}`,
  );
}
