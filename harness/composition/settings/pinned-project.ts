import type { Architecture } from "../../../reference-architectures/architecture.ts";
import { pinnedProject } from "../../../reference-architectures/pinned-project.ts";

/** Returns the project or account from the flag of the architecture's cloud. */
export function projectOfFlags(
  architecture: Pick<Architecture, "cloud">,
  flags: { readonly project?: string | undefined; readonly account?: string | undefined },
): string {
  const [name, given] =
    architecture.cloud === "google" ? ["--project", flags.project] : ["--account", flags.account];
  return pinnedProject(architecture, given, { name, otherwise: "or add --rehearse" });
}
