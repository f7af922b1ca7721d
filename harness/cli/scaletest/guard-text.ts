import { oneLine } from "../../tools/safe-text.ts";
import { clientName } from "../../model/cloud/client-name.ts";
import { run12 } from "../../model/run-id.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { scenarioRow } from "../../model/scenarios/scenarios.ts";
import { formatDuration } from "../../results/format/format.ts";
import { countOf, formatCount } from "../../tools/count-text.ts";
import { wrap } from "../../results/table/grid.ts";
import { describeMemory, describeTime, type Expectation } from "../expectation/expectation.ts";
import type { DeploymentLook } from "../../workload/checks/guard-look.ts";

const NAMED = 5;
const LABEL = 12;

/** Which deployment it is and who is there, for a person to look at before anything is done to it. */
export function lookText(look: DeploymentLook, width: number): string {
  const { url, id, version, isEmulated, caller, isSiteAdmin, others, sessions, workspaces, runs, builds } =
    look;
  const emulated = isEmulated ? ", refbench's emulator (simulated)" : "";
  const there = [
    others === undefined
      ? "other users are shown to site admins only"
      : `${countOf(others.count, "other user")}, ${seen(others.recent)}`,
    sessions === undefined
      ? "open sessions are not reported"
      : `open: ${countOf(sessions.terminal, "terminal")}, ${formatCount(sessions.ssh)} SSH, ${formatCount(sessions.ide)} IDE`,
    `${countOf(workspaces.total, "workspace")} of others, ${formatCount(workspaces.building)} of them queued or in a build`,
  ];
  const earlier = runs
    .slice(0, NAMED)
    .map((run) => `${run.run12} (${countOf(run.workspaces, "workspace")}, ${countOf(run.users, "user")})`);
  const more = runs.length > NAMED ? [`and ${formatCount(runs.length - NAMED)} more`] : [];
  return labelled(
    [
      ["Deployment", `${url}, Coder ${version}${emulated}, id ${id}`],
      ["Asked as", `${caller}, ${isSiteAdmin ? "a site admin" : "not a site admin"}`],
      ["There", there.join("; ")],
      ["Builds", buildsWords(builds)],
      ...(runs.length === 0 ? [] : [["refbench's", [...earlier, ...more].join(", ")] as const]),
    ],
    width,
  );
}

function buildsWords(builds: DeploymentLook["builds"]): string {
  return "unknown" in builds
    ? `how many can run at once is not known: ${builds.unknown}`
    : [
        countOf(builds.replicas, "replica"),
        countOf(builds.daemons, "provisioner daemon"),
        ...(builds.external === undefined ? [] : [`${builds.external} of them external`]),
      ].join(", ");
}

/** The plan of a load, in the same form. */
export function planText(task: LoadTask, again: { readonly cleanup: string }, width: number): string {
  return labelled(
    [
      ["Will do", intentOf(task)],
      ["Names", `${task.prefix}-0 and on; if this process is ever cut off: ${again.cleanup}`],
    ],
    width,
  );
}

/** How long a load should take and how much memory it should need, in the same form. */
export function expectationText({ time, generator }: Expectation, width: number): string {
  return labelled(
    [
      ["Takes", describeTime(time)],
      ["Memory", describeMemory(generator)],
    ],
    width,
  );
}

function intentOf(task: LoadTask): string {
  const { workspaces, template, parameters, connections, existing, keep } = task;
  const given = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const withParameters = given.length === 0 ? "" : ` (${given.join(", ")})`;
  const made =
    existing === undefined
      ? `create ${newUsers(task)}${countOf(workspaces, "workspace")} from ${template}${withParameters}${owners(task)}, ${pace(task)}`
      : `go to ${countOf(workspaces, "workspace")} that exist, ${pace(task)}`;
  const parts = [
    ...offeredWords(task),
    ...(workspaces === 0 ? usersOnly(task) : [made]),
    ...(task.skipAgents === true || workspaces === 0 ? [] : [`run \`${task.command}\` in each`]),
    ...scenarioWords(task),
    ...(connections.total === 0
      ? []
      : [
          `hold ${countOf(connections.total, "connection")} for ${formatDuration(connections.holdMs)}${share(connections.sshShare)}`,
        ]),
    existing !== undefined ? "create and delete nothing but tokens" : ending(keep === true, task),
  ];
  return parts.join("; ");
}

/** A program of somebody else's that will run here is named before anything else. */
function offeredWords({ deployment }: LoadTask): string[] {
  const { ssh, coderBinary, offeredSha256, url } = deployment;
  if (ssh !== "stdio" || coderBinary !== undefined) return [];
  const only = offeredSha256 === undefined ? "" : ` where its SHA-256 is ${offeredSha256}`;
  return [`fetch ${url}/bin/${clientName(process)} and run it on this machine as this user${only}`];
}

function scenarioWords(task: LoadTask): string[] {
  const words = scenarioRow(task.scenario).plan(task, formatDuration);
  return words === undefined ? [] : [words];
}

/** A load without workspaces. */
function usersOnly({ users, login, template, parameters }: LoadTask): string[] {
  const given = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return [
    ...(login === "host" ? [] : [`create ${countOf(users, "user")}`]),
    `use template ${template}${given.length === 0 ? "" : ` (${given.join(", ")})`}`,
  ];
}

function newUsers({ users, login, reuseUsers }: LoadTask): string {
  return login === "host" || reuseUsers === true ? "" : `${countOf(users, "user")} and `;
}

function owners({ users, login, reuseUsers, prefix }: LoadTask): string {
  if (login === "host") return ", all of them yours";
  if (reuseUsers !== true) return "";
  return ` for ${countOf(users, "user")} that stay (next time: --reuse-users ${run12(prefix)})`;
}

function ending(isKept: boolean, { workspaceTtlMs, reuseUsers }: LoadTask): string {
  if (isKept)
    return `keep all of it (the workspaces stop automatically after ${formatDuration(workspaceTtlMs)})`;
  return reuseUsers === true ? "delete the workspaces" : "delete all of it";
}

function pace({ arrival, concurrency }: LoadTask): string {
  if (arrival !== undefined) return "on an open schedule";
  return concurrency === 0 ? "all at once" : `${formatCount(concurrency)} at a time`;
}

function share(sshShare: number): string {
  return sshShare === 0 ? "" : `, ${Math.round(sshShare * 100)} % of them SSH`;
}

function seen(recent: readonly string[]): string {
  if (recent.length === 0) return "none seen within an hour";
  const names = recent.slice(0, NAMED).join(", ");
  return `${formatCount(recent.length)} seen within an hour (${names}${recent.length > NAMED ? ", …" : ""})`;
}

/** Labels on the left, prose beside them, within a width. */
function labelled(rows: readonly (readonly [string, string])[], width: number): string {
  const lines = rows.flatMap(([label, text]) =>
    wrap(oneLine(text), Math.max(20, width - LABEL)).map(
      (line, index) => `${(index === 0 ? label : "").padEnd(LABEL)}${line}`,
    ),
  );
  return `${lines.join("\n")}\n`;
}
