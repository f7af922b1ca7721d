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

/** The stored result of preflight: the Terraform that it found, and the digests of images. */
export const preflightResult = z.object({
  terraform: z.string(),
  terraformPath: z.string(),
  /** As in the environment: the image that a cluster runs. */
  coderImageDigest: z.string().optional(),
  /** As in the environment: the image that workspaces run. */
  workspaceImageDigest: z.string().optional(),
});

type ImageDigests = Pick<z.infer<typeof preflightResult>, "coderImageDigest" | "workspaceImageDigest">;

/**
 * Checks everything that can be checked before anything is created. Reports all failures together, each with
 * its fix.
 */
export async function preflight(context: StageContext): Promise<string> {
  const { ports, plan, folder, signal, report } = context;
  const terraform = await ports.terraform.version({ env: ports.childEnv, signal });
  const findings = await ports.checks(signal);
  if (findings.some(({ state }) => state === "failed"))
    throw new RefbenchError("infrastructure", refusalText(findings));
  for (const { found } of findings.filter(({ isNoted }) => isNoted === true))
    report({ type: "note", level: "info", message: found });
  if (plan.cost !== undefined) report({ type: "cost.estimated", cost: plan.cost });
  for (const { name, found } of findings.filter(({ state }) => state === "unknown"))
    report({ type: "note", level: "warning", message: `preflight could not check ${name}: ${found}` });
  for (const { name, found, fix = "" } of findings.filter(
    ({ state, fix }) => state === "ok" && fix !== undefined,
  ))
    report({ type: "note", level: "warning", message: `${name}: ${found}; better: ${fix}` });
  // Never skipped: without an answer here no teardown could be verified.
  const answer = await askInventory(context);
  if (answer.state === "failed") {
    throw new RefbenchError(
      "infrastructure",
      `the inventory (${answer.scope}) does not answer, so no teardown could be verified: ${answer.reason}`,
    );
  }
  if (answer.items.length > 0) {
    await noteSeen(context, answer);
    throw new RefbenchError(
      "infrastructure",
      `${answer.items.length} resources of this run already exist: run "refbench teardown ${plan.runId}" first`,
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
 * Adds what the checks found to the environment. Once something is applied the environment stays as it is,
 * because a plan of another one would not be empty.
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
      message: `--cluster-admin ${arn} is the identity that deploys, which EKS admits automatically: skipped`,
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
 * Pins the images to the digests that their tags mean now, so that every node runs the same. A comparison has
 * two versions of Coder, so its images stay tags.
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

/**
 * Removes the caller from the admins: EKS adds the creator of a cluster itself, and refuses a second entry
 * once the cluster runs and is billed.
 */
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

/** The check without which a cloud answers nothing else. */
const ENTRY = "identity";

/**
 * One line for the result, then two per failure. If the identity check failed, that is the only thing to fix:
 * the other failures are named, and the skipped checks are counted.
 */
function refusalText(findings: readonly PreflightFinding[]): string {
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
    ...(others.length === 0 ? [] : [`also failed: ${others.join(", ")}`]),
    ...(unknown.length === 0
      ? []
      : [entry === undefined ? `unknown: ${unknown.join(", ")}` : `${unknown.length} checks were skipped`]),
  ].join("\n");
}
