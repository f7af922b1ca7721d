import type { Agent, Workspace } from "../../coder/http/schemas.ts";
import { isName } from "../../coder/ssh/ssh-target.ts";
import type { AppOrigin } from "../../coder/http/transport.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { AppHosts } from "./app-hosts.ts";

/** The address of one workspace's app. */
export interface AppAddress {
  /** Absent if the app is below the deployment's own URL. */
  readonly origin?: AppOrigin;
  readonly path: string;
  readonly token: string;
}

/** The address of the task's app in a workspace, or why it has none. */
export function appAddress(
  { app, deployment }: LoadTask,
  about: { readonly workspace: Workspace; readonly agent: Agent | undefined; readonly token: string },
  hosts: AppHosts | undefined,
): AppAddress | { readonly problem: string } {
  const { workspace, agent, token } = about;
  const slug = app?.slug ?? "";
  if (agent === undefined) return { problem: "the workspace no longer has the agent that was used before" };
  const found = agent.apps.find((each) => each.slug === slug);
  if (found === undefined) {
    const has = agent.apps.length === 0 ? "none" : agent.apps.map((each) => each.slug).join(", ");
    return {
      problem: `agent ${agent.name} has no app "${slug}", it has ${has}: add a coder_app to the template`,
    };
  }
  const { name, owner_name: owner } = workspace;
  const wrong = [owner, name, agent.name].find((word) => !isName(word));
  if (wrong !== undefined)
    return {
      problem: `the deployment names ${JSON.stringify(wrong)} in an app's address: expected letters, digits and hyphens`,
    };
  if (hosts === undefined) return { path: `/@${owner}/${name}.${agent.name}/apps/${slug}/`, token };
  // Coder also serves an app at its own host if its template does not ask for one.
  const label = found.subdomain_name || `${slug}--${agent.name}--${name}--${owner}`;
  const { isAtCoder, wildcard } = hosts;
  const url = buildOrigin(wildcard.replace("*", label), new URL(deployment.url), isAtCoder);
  return { origin: { url, isAtCoder }, path: "/", token };
}

/**
 * The app's origin. The host may contain a port; otherwise, or if nothing listens there, the deployment's
 * port is used.
 */
function buildOrigin(host: string, { protocol, port }: URL, isAtCoder: boolean): string {
  const [name = "", own] = host.split(":", 2);
  const asked = isAtCoder || own === undefined ? port : own;
  return `${protocol}//${name}${asked === "" ? "" : `:${asked}`}`;
}
