import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { CloudName } from "../../../reference-architectures/zones.ts";
import { RefbenchError } from "../../tools/error.ts";

/** The clouds whose networks are entered by a tunnel. */
export type TunnelCloud = CloudName;

/** Whether the cloud's tunnel command is installed on this machine. */
export type TunnelTool =
  | { readonly state: "found"; readonly command: string }
  | { readonly state: "missing"; readonly tool: string; readonly next: string };

/** The programs that a tunnel needs on PATH: the first is started, and starts the others. */
const TOOLS: Readonly<Record<TunnelCloud, readonly { readonly tool: string; readonly next: string }[]>> = {
  google: [
    { tool: "gcloud", next: "install Google's command line: https://cloud.google.com/sdk/docs/install" },
  ],
  aws: [
    {
      tool: "aws",
      next: "install AWS's command line: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
    },
    {
      tool: "session-manager-plugin",
      next: "install AWS's Session Manager plugin: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
    },
  ],
};

/** Looks on PATH for the programs of a tunnel into this cloud's networks. Starts nothing and uses no network. */
export async function tunnelTool(cloud: TunnelCloud, env: NodeJS.ProcessEnv): Promise<TunnelTool> {
  let command: string | undefined;
  for (const { tool, next } of TOOLS[cloud]) {
    const path = await findOnPath(tool, env);
    if (path === undefined) return { state: "missing", tool, next };
    command ??= path;
  }
  if (command === undefined) throw new Error(`no tunnel command is known for ${cloud}`);
  return { state: "found", command };
}

/** Returns the path of the tunnel command. Throws `usage` if it is missing. */
export async function getTunnelCommand(cloud: TunnelCloud, env: NodeJS.ProcessEnv): Promise<string> {
  const found = await tunnelTool(cloud, env);
  if (found.state === "found") return found.command;
  throw new RefbenchError(
    "usage",
    `${found.tool} is not on PATH, but the load runner inside the network is reached through it: ${found.next}; or use --runner local if this machine has a route to Coder`,
  );
}

/** The path of a program on PATH, or undefined. */
export async function findOnPath(tool: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    if (folder === "") continue;
    const path = join(folder, tool);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // The next folder may have it.
    }
  }
  return undefined;
}
