import type { Agent, Workspace } from "../../coder/http/schemas.ts";
import { isName } from "../../coder/ssh/ssh-target.ts";
import type { AppOrigin } from "../../coder/http/transport.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { AppHosts } from "./app-hosts.ts";

/** Where one workspace's app is reached. */
export interface AppAddress {
  /** Absent where the app is below the deployment's own URL. */
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
  if (agent === undefined) return { problem: "the agent that was reached is not the workspace's any more" };
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
      problem: `the deployment names an app's place ${JSON.stringify(wrong)}, which is not a name of letters, digits and hyphens`,
    };
  if (hosts === undefined) return { path: `/@${owner}/${name}.${agent.name}/apps/${slug}/`, token };
  // Coder serves an app at a host of its own also where its template does not ask for one.
  const label = found.subdomain_name || `${slug}--${agent.name}--${name}--${owner}`;
  const { isAtCoder, wildcard } = hosts;
  const url = originOf(wildcard.replace("*", label), new URL(deployment.url), isAtCoder);
  return { origin: { url, isAtCoder }, path: "/", token };
}

/** The host may bring its own port; where it does not, or nobody listens there, it is the deployment's. */
function originOf(host: string, { protocol, port }: URL, isAtCoder: boolean): string {
  const [name = "", own] = host.split(":", 2);
  const asked = isAtCoder || own === undefined ? port : own;
  return `${protocol}//${name}${asked === "" ? "" : `:${asked}`}`;
}
