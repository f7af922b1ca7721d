import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type Environment, environmentSchema, IMAGE_DIGEST } from "../../../stacks/environment.ts";
import { isCaller } from "../../model/cloud/aws-principal.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { PreflightFinding } from "../../model/ports/preflight-finding.ts";
import { askInventory, noteSeen } from "../context/ask-inventory.ts";
import { pullsCoder, pullsWorkspaceImage } from "../making/conditions.ts";
import type { StageContext } from "../context/context.ts";
import { readJson, writeJson } from "../../tools/files/json-file.ts";

/** What preflight leaves: the tools as they were found, and what Coder's image was resolved to. */
export const preflightResult = z.object({
  terraform: z.string(),
  terraformPath: z.string(),
  /** As the environment has it: the image that a cluster runs. */
  coderImageDigest: z.string().optional(),
  /** As the environment has it: the image that workspaces run. */
  workspaceImageDigest: z.string().optional(),
});

type ImageDigests = Pick<z.infer<typeof preflightResult>, "coderImageDigest" | "workspaceImageDigest">;

/**
 * Asks everything that can be asked before anything is created. All failures are reported together, each with its fix.
 */
export async function preflight(context: StageContext): Promise<string> {
  const { ports, plan, folder, signal, report } = context;
  const terraform = await ports.terraform.version({ env: ports.childEnv, signal });
  const findings = await ports.checks(signal);
  if (findings.some(({ state }) => state === "failed"))
    throw new RefbenchError("infrastructure", refusalWords(findings));
  if (plan.cost !== undefined) report({ type: "cost.estimated", cost: plan.cost });
  for (const { name, found } of findings.filter(({ state }) => state === "unknown"))
    report({ type: "note", level: "warning", message: `preflight could not ask for ${name}: ${found}` });
  for (const { name, found, fix = "" } of findings.filter(
    ({ state, fix }) => state === "ok" && fix !== undefined,
  ))
    report({ type: "note", level: "warning", message: `${name}: ${found}; better: ${fix}` });
  // Whatever was left out or not known: without an answer here no teardown could be verified.
  const answer = await askInventory(context);
  if (answer.state === "failed") {
    throw new RefbenchError(
      "infrastructure",
      `the inventory (${answer.scope}) cannot be asked, so no teardown could be verified: ${answer.reason}`,
    );
  }
  if (answer.items.length > 0) {
    await noteSeen(context, answer);
    throw new RefbenchError(
      "infrastructure",
      `${answer.items.length} resources of this run exist already: run "refbench teardown ${plan.runId}" first`,
    );
  }
  await writeJson(folder.result("preflight"), {
    terraform: terraform.version,
    terraformPath: terraform.path,
    ...(await completeEnvironment(context, findings)),
  } satisfies z.infer<typeof preflightResult>);
  return `terraform ${terraform.version}, nothing of this run in the ${answer.scope}`;
}

/**
 * Completes the environment by what was found. Once something is applied it stays as it is, since a plan of another one
 * would not be empty.
 */
async function completeEnvironment(
  { folder, plan, journal, report }: StageContext,
  findings: readonly PreflightFinding[],
): Promise<ImageDigests> {
  const environment = await readJson(folder.environment, environmentSchema);
  const { entries } = await journal.read();
  if (entries.some((entry) => entry.type === "stack-intent" && entry.act === "apply"))
    return digestsOf(plan, environment);
  const completed = withoutCaller(withImages(environment, plan, findings), findings, (arn) =>
    report({
      type: "note",
      level: "warning",
      message: `--cluster-admin ${arn} is who deploys, whom EKS lets in by itself: left out`,
    }),
  );
  if (!isDeepStrictEqual(completed, environment)) await writeJson(folder.environment, completed);
  return digestsOf(plan, completed);
}

function digestsOf(plan: StageContext["plan"], environment: Environment): ImageDigests {
  const { coderImageDigest, workspaceImageDigest } = environment;
  return {
    ...(coderImageDigest === undefined || !pullsCoder(plan, environment) ? {} : { coderImageDigest }),
    ...(workspaceImageDigest === undefined || !pullsWorkspaceImage(plan, environment)
      ? {}
      : { workspaceImageDigest }),
  };
}

/**
 * By what the images' tags mean today, so that every node runs the same. Two versions of Coder have two digests: each goes by
 * its tag.
 */
function withImages(
  environment: Environment,
  plan: StageContext["plan"],
  findings: readonly PreflightFinding[],
): Environment {
  const digestIn = (name: "coderImageDigest" | "workspaceImageDigest"): string | undefined =>
    findings.map((finding) => finding[name] ?? "").find((digest) => IMAGE_DIGEST.test(digest));
  const coder =
    pullsCoder(plan, environment) && environment.comparison === undefined
      ? digestIn("coderImageDigest")
      : undefined;
  const workspace = pullsWorkspaceImage(plan, environment) ? digestIn("workspaceImageDigest") : undefined;
  return {
    ...environment,
    ...(coder === undefined ? {} : { coderImageDigest: coder }),
    ...(workspace === undefined ? {} : { workspaceImageDigest: workspace }),
  };
}

/** EKS makes an entry for who makes a cluster, and refuses a second one when the cluster is up and billed. */
function withoutCaller(
  environment: Environment,
  findings: readonly PreflightFinding[],
  leftOut: (arn: string) => void,
): Environment {
  const caller = findings.flatMap(({ callerArn }) => callerArn ?? [])[0];
  const { clusterAccess } = environment;
  if (caller === undefined || clusterAccess === undefined) return environment;
  const admins = clusterAccess.admins.filter((arn) => !isCaller(caller, arn));
  clusterAccess.admins.filter((arn) => !admins.includes(arn)).forEach(leftOut);
  return { ...environment, clusterAccess: { ...clusterAccess, admins } };
}

/** The check without which a cloud can be asked nothing else. */
const ENTRY = "identity";

/**
 * One line that tells how it ended, then two for each failure. Whoever is not let in has one thing to do: the other
 * failures are named, and the questions that depend on it are counted.
 */
function refusalWords(findings: readonly PreflightFinding[]): string {
  const failed = findings.filter(({ state }) => state === "failed");
  const unknown = findings.filter(({ state }) => state === "unknown").map(({ name }) => name);
  const entry = failed.find(({ name }) => name === ENTRY);
  const others = failed.filter((each) => entry !== undefined && each !== entry).map(({ name }) => name);
  return [
    `${failed.length} of ${findings.length} checks failed, nothing was created`,
    ...(entry === undefined ? failed : [entry]).flatMap(({ name, found, fix }) => [
      `${name}: ${found}`,
      ...(fix === undefined ? [] : [`  next: ${fix}`]),
    ]),
    ...(others.length === 0 ? [] : [`failed too: ${others.join(", ")}`]),
    ...(unknown.length === 0
      ? []
      : [
          entry === undefined
            ? `not known: ${unknown.join(", ")}`
            : `${unknown.length} checks were not asked`,
        ]),
  ].join("\n");
}
