import type { StackJson } from "./stack-json.ts";

/** The name of the data source, and of the folder, of the root before. */
export const FIRST_ROOT = "cloud";

/** Outputs that repeat a variable. */
export const REPEATED_OUTPUTS: ReadonlySet<string> = new Set(["region", "zone", "project", "next_steps"]);

/** Returns cdktf's outputs for another stack with the names of the export. */
export function namedCrossOutputs({ output = {} }: StackJson): ReadonlyMap<string, string> {
  const own = new Map(
    Object.entries(output)
      .filter(([name]) => !isCrossOutput(name) && !REPEATED_OUTPUTS.has(name))
      .map(([name, { value }]) => [value, name]),
  );
  const named = new Map<string, string>();
  for (const [name, { value }] of Object.entries(output)) {
    if (!isCrossOutput(name)) continue;
    named.set(name, own.get(value) ?? outputName(String(value)));
  }
  return named;
}

export function isCrossOutput(name: string): boolean {
  return name.startsWith("cross-stack-output-");
}

/** `${aws_eks_cluster.kubernetes_cluster.certificate_authority[0].data}` becomes `kubernetes_cluster_certificate_authority_data`. */
function outputName(expression: string): string {
  const [, id = "", ...path] = expression.replaceAll(/^\$\{|\}$|\[\d+\]/g, "").split(".");
  const last = path.at(-1) === "data" ? path.slice(-2) : path.slice(-1);
  return identifier([id, ...last].join("_"));
}

/** Returns references that are called differently in an export, by their pattern. */
export function renamedReferences(
  stack: StackJson,
  crossOutputs: ReadonlyMap<string, string>,
): ReadonlyMap<RegExp, string> {
  const renamed = new Map<RegExp, string>();
  const add = (from: string, to: string): void => {
    if (from !== to) renamed.set(new RegExp(`${from.replaceAll(".", String.raw`\.`)}(?![\\w-])`, "g"), to);
  };
  for (const [name, other] of crossOutputs) add(`outputs.${name}`, `outputs.${other}`);
  for (const id of Object.keys(stack.data?.["terraform_remote_state"] ?? {}))
    add(`data.terraform_remote_state.${id}`, `data.terraform_remote_state.${FIRST_ROOT}`);
  for (const kinds of [stack.resource ?? {}, stack.data ?? {}])
    for (const [type, instances] of Object.entries(kinds))
      for (const id of Object.keys(instances)) add(`${type}.${id}`, `${type}.${identifier(id)}`);
  for (const name of Object.keys(stack.locals ?? {})) add(`local.${name}`, `local.${identifier(name)}`);
  return renamed;
}

/** Terraform's own style has no hyphen in a name. */
export function identifier(id: string): string {
  return id.replaceAll("-", "_");
}
