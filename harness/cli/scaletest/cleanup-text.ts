import { jsonText, oneLine } from "../../tools/safe-text.ts";
import { seenIn } from "../../model/ports/listing.ts";
import type { CleanupResult } from "../../workload/removal/cleanup.ts";
import { type FoundLeftovers, listUnasked } from "../../workload/removal/cleanup-find.ts";
import {
  runOfTemplate,
  runOfToken,
  runOfUser,
  runOfWorkspace,
} from "../../workload/checks/cleanup-ownership.ts";
import { countOf } from "../../tools/count-text.ts";

/** The runs that left something, by `run12`, as far as the listings show. */
export function runsOf({ workspaces, users, templates, tokens }: FoundLeftovers): string[] {
  const runs = [
    ...seenIn(workspaces).map(runOfWorkspace),
    ...seenIn(users).map(runOfUser),
    ...seenIn(templates).map(runOfTemplate),
    ...seenIn(tokens).map(({ name }) => runOfToken(name)),
  ];
  return [...new Set(runs.filter((run) => run !== undefined))].sort();
}

/** The deployment that was asked, and the command to ask again. */
interface Asked {
  readonly url: string;
  readonly again: string;
  /** Whether a site admin asked: anyone else is shown their own workspaces and tokens only. */
  readonly isSiteAdmin: boolean;
}

function nothing(words: string, { isSiteAdmin }: Asked): string {
  return isSiteAdmin ? words : `${words} of what this user owns; only a site admin is shown what others own`;
}

/** Lists what a cleanup would delete, and which listings failed. */
export function listingText(found: FoundLeftovers, asked: Asked, output: "text" | "json"): string {
  const { url, again } = asked;
  const workspaces = seenIn(found.workspaces).map((one) => `${one.owner_name}/${one.name}`);
  const users = seenIn(found.users).map(({ username }) => username);
  const templates = seenIn(found.templates).map(({ name }) => name);
  const tokens = seenIn(found.tokens).map(({ name }) => name);
  const unasked = listUnasked(found);
  if (output === "json")
    return jsonText({ coder: url, dryRun: true, workspaces, users, templates, tokens, unasked });
  const total = workspaces.length + users.length + templates.length + tokens.length;
  if (total === 0 && unasked.length === 0)
    return `${url}: ${nothing("nothing of refbench's is there", asked)}\n`;
  const head = `${url}: would delete ${countOf(workspaces.length, "workspace")}, ${countOf(users.length, "user")}, ${someTemplates(templates.length)}${countOf(tokens.length, "token")} of ${countOf(runsOf(found).length, "run")}`;
  const names = [
    ...workspaces.map((name) => `workspace ${name}`),
    ...users.map((name) => `user ${name}`),
    ...templates.map((name) => `template ${name}`),
    ...tokens.map((name) => `token ${name}`),
  ];
  const lines = [head, ...names.map((name) => `  ${oneLine(name)}`), ...unaskedLines(unasked, again)];
  return `${lines.join("\n")}\n`;
}

/** The result for people: the figures, every name that is left with why, what could not be asked, and the next step. */
export function cleanupText({ deleted, left, stopped, unasked }: CleanupResult, asked: Asked): string {
  const { url, again } = asked;
  const head = `${url}: ${countOf(deleted.workspaces, "workspace")}, ${countOf(deleted.users, "user")}, ${someTemplates(deleted.templates)}${countOf(deleted.tokens, "token")} deleted`;
  if (stopped) return `${head}, stopped before its end; continue with\n  ${again}\n`;
  if (left.length === 0 && unasked.length === 0) return `${head}, ${nothing("nothing is left", asked)}\n`;
  const names = left.map(({ kind, name, reason }) => oneLine(`  ${kind} ${name}: ${reason}`));
  const isLeft = left.length === 0 ? "" : `, ${left.length} left:`;
  const next = unasked.length > 0 ? unaskedLines(unasked, again) : ["Try again with", `  ${again}`];
  return `${[`${head}${isLeft}`, ...names, ...next].join("\n")}\n`;
}

/** The result for programs. */
export function cleanupJson({ stopped, deleted, left, unasked }: CleanupResult, url: string): string {
  return jsonText({ coder: url, stopped, deleted, left, unasked });
}

/** Few loads make templates: the others do not mention them. */
function someTemplates(count: number): string {
  return count === 0 ? "" : `${countOf(count, "template")}, `;
}

function unaskedLines(unasked: readonly string[], again: string): string[] {
  if (unasked.length === 0) return [];
  const reasons = unasked.map((reason) => oneLine(`  ${reason}`));
  return [
    "It is not known what remains:",
    ...reasons,
    "Once the deployment answers, ask again with",
    `  ${again}`,
  ];
}
