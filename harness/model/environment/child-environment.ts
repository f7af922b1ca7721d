import { type ChildKind, ruleOf } from "./shell-variables.ts";

/**
 * The part of a shell's environment that a child of this kind gets. refbench's own variables for the child are added to
 * this afterwards, so that no variable of the shell can take its place.
 */
export function childEnvironment(kind: ChildKind, shell: NodeJS.ProcessEnv): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(shell))
    if (value !== undefined && ruleOf(name)?.to.includes(kind) === true) passed[name] = value;
  return passed;
}
