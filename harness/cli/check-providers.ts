import { access } from "node:fs/promises";
import { join } from "node:path";
import { TYPES_IN_USE } from "../../rehearsal/twin/types-in-use.ts";
import type { Finding } from "./finding.ts";

/** Names a filesystem mirror with the clouds' own Terraform providers, for `validate:stacks` and tests. */
export const PROVIDER_MIRROR = "REFBENCH_PROVIDER_MIRROR";

/** How to make such a mirror: `terraform providers mirror` downloads what a synthesized stack asks for. */
const MAKE_MIRROR = `npx cdktf synth, then "terraform -chdir=cdktf.out/stacks/<stack> providers mirror <folder>" for each stack, and export ${PROVIDER_MIRROR}=<folder>`;

/** Which of the real providers are at hand, in the versions that the stacks pin. A rehearsal and a real run need none of them. */
export async function checkProviders(env: NodeJS.ProcessEnv): Promise<Finding> {
  const pinned = Object.entries(TYPES_IN_USE).map(([name, { version }]) => ({ name, version }));
  const tool = "providers";
  const wanted = `${pinned.map(({ name, version }) => `${name} ${version}`).join(", ")} in ${PROVIDER_MIRROR}, to validate stacks`;
  const mirror = env[PROVIDER_MIRROR] ?? "";
  const has = await Promise.all(
    pinned.map(async (provider) => mirror !== "" && (await isIn(mirror, provider))),
  );
  const missing = pinned.filter((_, index) => has[index] !== true).map(({ name }) => name);
  const found =
    mirror === "" ? undefined : `${mirror}${missing.length === 0 ? "" : `, without ${missing.join(", ")}`}`;
  return {
    tool,
    state: missing.length === 0 ? "ok" : "optional",
    wanted,
    ...(found === undefined ? {} : { found }),
    ...(missing.length === 0 ? {} : { next: MAKE_MIRROR }),
  };
}

/** Unpacked or packed, as Terraform accepts both. */
async function isIn(mirror: string, { name, version }: { name: string; version: string }): Promise<boolean> {
  const folder = join(mirror, "registry.terraform.io/hashicorp", name);
  const exists = (path: string): Promise<boolean> =>
    access(join(folder, path)).then(
      () => true,
      () => false,
    );
  return (await exists(version)) || (await exists(`${version}.json`));
}
