import { jsonText, oneLine } from "../../model/safe-text.ts";
import type { CleanupResult } from "../../workload/cleanup.ts";
import type { FoundLeftovers } from "../../workload/cleanup-find.ts";
import { runOfToken, runOfUser, runOfWorkspace } from "../../workload/cleanup-ownership.ts";
import { counted } from "./guard-text.ts";

/** The runs that left something, by `run12`. */
export function runsOf({ workspaces, users, tokens }: FoundLeftovers): string[] {
  const runs = [
    ...workspaces.map(runOfWorkspace),
    ...users.map(runOfUser),
    ...tokens.map(({ name }) => runOfToken(name)),
  ];
  return [...new Set(runs.filter((run) => run !== undefined))].sort();
}

/** What a cleanup would delete. */
export function listingText(found: FoundLeftovers, url: string, output: "text" | "json"): string {
  const workspaces = found.workspaces.map((one) => `${one.owner_name}/${one.name}`);
  const users = found.users.map(({ username }) => username);
  const tokens = found.tokens.map(({ name }) => name);
  if (output === "json") return jsonText({ coder: url, dryRun: true, workspaces, users, tokens });
  const total = workspaces.length + users.length + tokens.length;
  if (total === 0) return `${url}: nothing of refbench's is there\n`;
  const head = `${url}: would delete ${counted(workspaces.length, "workspace")}, ${counted(users.length, "user")}, ${counted(tokens.length, "token")} of ${counted(runsOf(found).length, "run")}`;
  const names = [
    ...workspaces.map((name) => `workspace ${name}`),
    ...users.map((name) => `user ${name}`),
    ...tokens.map((name) => `token ${name}`),
  ];
  return `${[head, ...names.map((name) => `  ${oneLine(name)}`)].join("\n")}\n`;
}

/** The result for people: the figures, every name that is left with why, and the next step. */
export function cleanupText({ deleted, left, stopped }: CleanupResult, url: string, again: string): string {
  const head = `${url}: ${counted(deleted.workspaces, "workspace")}, ${counted(deleted.users, "user")}, ${counted(deleted.tokens, "token")} deleted`;
  if (stopped) return `${head}, stopped before its end; go on with\n  ${again}\n`;
  if (left.length === 0) return `${head}, nothing is left\n`;
  const names = left.map(({ kind, name, reason }) => oneLine(`  ${kind} ${name}: ${reason}`));
  return `${[`${head}, ${left.length} left:`, ...names, "Try again with", `  ${again}`].join("\n")}\n`;
}

/** The result for programs. */
export function cleanupJson({ stopped, deleted, left }: CleanupResult, url: string): string {
  return jsonText({ coder: url, stopped, deleted, left });
}
