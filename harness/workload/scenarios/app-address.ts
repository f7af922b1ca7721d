import type { CoderClient } from "../../coder/client.ts";
import type { Agent, Workspace } from "../../coder/schemas.ts";
import { RefbenchError } from "../../model/error.ts";
import type { LoadTask } from "../../model/shard-task.ts";

/** Where one workspace's app is reached. */
export interface AppAddress {
  /** Absent where the app is below the deployment's own URL. */
  readonly origin?: string;
  readonly path: string;
  readonly token: string;
}

/** The address of the task's app in a workspace, or why it has none. */
export function appAddress(
  { app, deployment }: LoadTask,
  about: { readonly workspace: Workspace; readonly agent: Agent | undefined; readonly token: string },
  wildcard: string,
): AppAddress | { readonly problem: string } {
  const { workspace, agent, token } = about;
  const slug = app?.slug ?? "";
  const slugs = agent?.apps.map((each) => each.slug) ?? [];
  if (agent === undefined) return { problem: "the agent that was reached is not the workspace's any more" };
  if (!slugs.includes(slug)) {
    const has = slugs.length === 0 ? "none" : slugs.join(", ");
    return {
      problem: `agent ${agent.name} has no app "${slug}", it has ${has}: add a coder_app to the template`,
    };
  }
  if (app?.by !== "subdomain")
    return { path: `/@${workspace.owner_name}/${workspace.name}.${agent.name}/apps/${slug}/`, token };
  const host = wildcard.replace("*", `${slug}--${agent.name}--${workspace.name}--${workspace.owner_name}`);
  const url = new URL(deployment.url);
  // The host may bring its own port; where it does not, it is the deployment's.
  const port = /:\d+$/.test(host) || url.port === "" ? "" : `:${url.port}`;
  return { origin: `${url.protocol}//${host}${port}`, path: "/", token };
}

/** Where apps have hosts of their own; empty for a load that reaches them by path. */
export async function wildcardHost(owner: CoderClient, { app }: LoadTask): Promise<string> {
  if (app?.by !== "subdomain") return "";
  const answer = await owner.applicationsHost();
  if (!answer.ok)
    throw new RefbenchError("coder", `the host of apps cannot be asked for: ${answer.failure.message}`);
  const { host } = answer.value;
  if (host !== "") return host;
  throw new RefbenchError(
    "usage",
    "this Coder has no wildcard host, so that no app has a subdomain: reach it by path, or set CODER_WILDCARD_ACCESS_URL",
  );
}
