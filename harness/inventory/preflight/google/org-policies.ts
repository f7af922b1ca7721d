import { list, record } from "../../google/refusal.ts";
import { type Check, failedCheck, passed, unknown } from "../check.ts";
import type { GoogleContext } from "./context.ts";
import { ORG_CONSTRAINTS, type OrgConstraint } from "./org-constraints.ts";

/** The consequence of a policy for the environment. */
type Finding =
  | { readonly state: "allows" }
  | { readonly state: "forbids"; readonly constraint: OrgConstraint; readonly fix: string }
  | { readonly state: "unknown"; readonly constraint: OrgConstraint; readonly reason: string };

/**
 * Checks policies of the organisation above the project, which would fail an apply halfway. It calls
 * `projects.getEffectiveOrgPolicy`, which needs `orgpolicy.policy.get` and no API beyond those of the stacks.
 */
export const orgPoliciesCheck: Check<GoogleContext> = {
  name: "org-policies",
  fix: ({ project }) => `gcloud resource-manager org-policies list --project=${project}`,
  after: ["identity"],
  run: async (context, signal) => {
    const { project } = context;
    const asked = ORG_CONSTRAINTS.filter(({ matters }) => matters(context));
    const findings = await Promise.all(asked.map((constraint) => findingOf(constraint, context, signal)));
    const forbidding = findings.filter((finding) => finding.state === "forbids");
    const unclear = findings.filter((finding) => finding.state === "unknown");
    const notKnown = unclear.map(({ constraint }) => constraint.name).join(", ");
    if (forbidding.length > 0) {
      const words = forbidding.map(({ constraint: { name, breaks } }) => `${name} is set: ${breaks}`);
      return failedCheck(
        `${words.join("; ")}${notKnown === "" ? "" : `; unknown: ${notKnown}`}`,
        forbidding.map(({ fix }) => fix).join("; "),
      );
    }
    const [first] = unclear;
    if (first === undefined) return passed(`none of the ${asked.length} relevant policies is set`);
    return unknown(
      `${unclear.length} of ${asked.length} policies are unknown (${notKnown}): ${first.reason}`,
      `request roles/orgpolicy.policyViewer, or ask an administrator of the organisation: gcloud resource-manager org-policies describe ${first.constraint.name} --effective --project=${project}`,
    );
  },
};

async function findingOf(
  constraint: OrgConstraint,
  context: GoogleContext,
  signal: AbortSignal,
): Promise<Finding> {
  const { project, call } = context;
  const path = `projects/${project}:getEffectiveOrgPolicy`;
  const body = { constraint: `constraints/${constraint.name}` };
  const answer = await call({ api: "resourceManager", method: "POST", path, body }, signal);
  if (answer.state !== "ok") return { state: "unknown", constraint, reason: answer.reason };
  const needs = constraint.needs?.(context);
  if (needs === undefined) {
    const isOn = record(answer.body["booleanPolicy"])["enforced"] === true;
    const off = `gcloud resource-manager org-policies disable-enforce ${constraint.name} --project=${project}`;
    return isOn ? { state: "forbids", constraint, fix: fixOf(constraint, off) } : { state: "allows" };
  }
  const how = judgeList(record(answer.body["listPolicy"]), needs);
  if (how === "allows") return { state: "allows" };
  if (how === "unclear") return { state: "unknown", constraint, reason: "its values name groups or folders" };
  const allow = `gcloud resource-manager org-policies allow ${constraint.name} ${needs[0] ?? ""} --project=${project}`;
  return { state: "forbids", constraint, fix: fixOf(constraint, allow) };
}

function fixOf({ instead }: OrgConstraint, command: string): string {
  return instead === undefined ? command : `${command} (or ${instead})`;
}

/**
 * Whether a list allows one of the values. Other groups (`in:`) and folders (`under:`) may contain the value; only
 * Google knows.
 */
function judgeList(
  policy: Readonly<Record<string, unknown>>,
  needs: readonly string[],
): "allows" | "forbids" | "unclear" {
  if (policy["allValues"] === "DENY") return "forbids";
  const allowed = wordsIn(policy["allowedValues"]);
  const denied = wordsIn(policy["deniedValues"]);
  if (denied.some((value) => isOneOf(value, needs))) return "forbids";
  if (allowed.length > 0 && !allowed.some((value) => isOneOf(value, needs)))
    return allowed.some(isGroup) ? "unclear" : "forbids";
  return denied.some(isGroup) ? "unclear" : "allows";
}

/** Whether a value matches: it may begin with its kind (`is:…`), and a need that ends in "/" matches by prefix. */
function isOneOf(value: string, needs: readonly string[]): boolean {
  const plain = value.replace(/^is:/, "");
  return needs.some((need) => plain === need || (need.endsWith("/") && plain.startsWith(need)));
}

function isGroup(value: string): boolean {
  return /^(in|under):/.test(value);
}

function wordsIn(values: unknown): readonly string[] {
  return list(values).filter((value): value is string => typeof value === "string");
}
