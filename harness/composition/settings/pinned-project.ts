import type { Architecture } from "../../../reference-architectures/architecture.ts";
import { pinnedProject } from "../../../reference-architectures/pinned-project.ts";

/** Returns the project, account or context from the flag of the architecture's cloud. */
export function projectOfFlags(
  architecture: Pick<Architecture, "cloud">,
  {
    project,
    account,
    context,
  }: {
    readonly project?: string | undefined;
    readonly account?: string | undefined;
    readonly context?: string | undefined;
  },
): string {
  const [name, given] = {
    google: ["--project", project] as const,
    aws: ["--account", account] as const,
    kubernetes: ["--context", context] as const,
  }[architecture.cloud];
  return pinnedProject(architecture, given, { name, otherwise: "or add --rehearse" });
}
