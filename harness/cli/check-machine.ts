import type { Finding } from "./finding.ts";
import { execa } from "execa";
import {
  CODER_SUPPORT,
  MAX_SUPPORT_AGE_DAYS,
  STALE_SUPPORT_FIX,
  staleSupportProblem,
} from "../../reference-architectures/coder/coder-support.ts";
import { childEnvironment } from "../model/environment/child-environment.ts";
import type { Clock } from "../tools/time/clock.ts";
import { messageOf } from "../tools/error.ts";
import { findTerraform, SUPPORTED_TERRAFORM, TERRAFORM_INSTALL } from "../terraform/supported.ts";
import { createTerraform } from "../terraform/terraform.ts";
import { checkProviders } from "./check-providers.ts";
import { type TunnelCloud, tunnelTool } from "../composition/runner/tunnel-tool.ts";

/** Looks for everything that refbench starts. Changes nothing and asks no network. */
export async function checkMachine(env: NodeJS.ProcessEnv, clock: Clock): Promise<readonly Finding[]> {
  const others = await Promise.all([
    checkNpm(env),
    checkTerraform(env),
    checkGit(env),
    checkTunnel("google", env),
    checkTunnel("aws", env),
    checkProviders(env),
  ]);
  return [checkNode(process.versions.node), ...others, checkReleaseList(clock)];
}

/** Whether the list of Coder's releases is young enough to know which of them are supported. */
function checkReleaseList(clock: Clock): Finding {
  const about = {
    tool: "Coder's releases",
    found: `list of ${CODER_SUPPORT.asOf}`,
    wanted: `at most ${MAX_SUPPORT_AGE_DAYS} days old`,
  };
  return staleSupportProblem(clock.now()) === undefined
    ? { ...about, state: "ok" }
    : { ...about, state: "stale", next: STALE_SUPPORT_FIX };
}

const NODE_INSTALL = "https://nodejs.org/en/download";

/** Judges a version of Node. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const wanted = ">= 20.19";
  const found = version;
  if (major > 20 || (major === 20 && minor >= 19)) return { tool: "node", state: "ok", found, wanted };
  return {
    tool: "node",
    state: "unsupported",
    found,
    wanted,
    next: `install Node.js ${wanted} from ${NODE_INSTALL}`,
  };
}

async function checkNpm(env: NodeJS.ProcessEnv): Promise<Finding> {
  const found = await versionFrom("npm", env);
  const wanted = "any";
  if (found !== undefined) return { tool: "npm", state: "ok", found, wanted };
  return { tool: "npm", state: "missing", wanted, next: `it comes with Node.js: ${NODE_INSTALL}` };
}

async function checkTerraform(env: NodeJS.ProcessEnv): Promise<Finding> {
  const tool = "terraform";
  const wanted = SUPPORTED_TERRAFORM;
  const next = `install Terraform ${wanted} from ${TERRAFORM_INSTALL} and put it on PATH`;
  // eslint-disable-next-line no-restricted-syntax -- a finding that it is missing, with the next step.
  const path = await findTerraform("terraform", env).catch(() => undefined);
  if (path === undefined) return { tool, state: "missing", wanted, next };
  try {
    const { version } = await createTerraform({ binary: path }).version({
      env,
      signal: AbortSignal.timeout(30_000),
    });
    return { tool, state: "ok", found: `${version} at ${path}`, wanted };
  } catch (error) {
    return { tool, state: "unsupported", found: messageOf(error).split(";", 1)[0] ?? path, wanted, next };
  }
}

async function checkGit(env: NodeJS.ProcessEnv): Promise<Finding> {
  const found = await versionFrom("git", env);
  const wanted = "any, to record the commit of refbench";
  if (found !== undefined) return { tool: "git", state: "ok", found, wanted };
  return { tool: "git", state: "optional", wanted, next: "install git with the system's packages" };
}

const TUNNELS = {
  google: { tool: "gcloud", wanted: "any, to reach the load runner in Google's networks" },
  aws: { tool: "aws ssm", wanted: "any with its plugin, to reach the load runner in AWS's networks" },
} as const;

async function checkTunnel(cloud: TunnelCloud, env: NodeJS.ProcessEnv): Promise<Finding> {
  const found = await tunnelTool(cloud, env);
  return found.state === "found"
    ? { ...TUNNELS[cloud], state: "ok", found: found.command }
    : { ...TUNNELS[cloud], state: "optional", next: found.next };
}

async function versionFrom(tool: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { stdout, failed } = await execa(tool, ["--version"], {
    env: childEnvironment("git", env),
    extendEnv: false,
    reject: false,
    timeout: 30_000,
  });
  return failed ? undefined : stdout.replace(/^git version /, "").trim();
}
