import type { CoderClient } from "../../coder/client.ts";
import { readableLines } from "../../coder/last-words.ts";
import type { LogLine } from "../../coder/http/schemas.ts";

/** How much of a log is kept: enough for the error and what led to it. */
const MAX_LINES = 8;
const MAX_LINE = 300;

/** The last error lines of a build's log; if it cannot be read, one line that says so. */
export async function readBuildLog(client: CoderClient, buildId: string): Promise<readonly string[]> {
  const log = await client.buildLog(buildId);
  return log.ok ? lastErrors(log.value) : [`its log cannot be read: ${log.failure.message}`];
}

/** Like `readBuildLog`, for the import of a template's version. */
export async function readImportLog(client: CoderClient, versionId: string): Promise<readonly string[]> {
  const log = await client.importLog(versionId);
  return log.ok ? lastErrors(log.value) : [`its log cannot be read: ${log.failure.message}`];
}

/** Like `readBuildLog`, for an agent's start-up scripts. */
export async function readAgentLog(client: CoderClient, agentId: string): Promise<readonly string[]> {
  const log = await client.agentLog(agentId);
  return log.ok ? lastErrors(log.value) : [`its log cannot be read: ${log.failure.message}`];
}

/** The last lines of level error; if the log has none, its last lines. */
export function lastErrors(log: readonly LogLine[]): readonly string[] {
  const errors = log.filter(({ level }) => level === "error");
  const lines = (errors.length > 0 ? errors : log).flatMap(({ output }) => readableLines(output));
  return lines
    .slice(-MAX_LINES)
    .map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line));
}
