import { failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import { isActive, type Template } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { findWrongParameters } from "./check-parameters.ts";
import { readImportLog } from "../context/failure-logs.ts";
import { leastDurationMs } from "../context/least-duration.ts";
import { chooseAgent } from "../workspaces/look-at-agents.ts";

/**
 * Throws `usage` when the template's version would refuse every workspace, before anything is created: a
 * deprecated template, a failed import, wrong parameters, preset or agent, and logins at other services that
 * its users would need. A check of something that an older server does not report is skipped, with a note.
 */
export async function checkTemplate(
  admin: CoderClient,
  template: Template,
  task: LoadTask,
  note: (message: string) => void,
): Promise<void> {
  const versionId = template.active_version_id;
  const name = `template ${task.template}`;
  checkSettings(template, task, note);
  await checkVersion(admin, versionId, { task, name, note });
  const preset =
    task.presetId === undefined ? undefined : await checkPreset(admin, versionId, task.presetId, name);
  const values = { given: task.parameters, ...(preset === undefined ? {} : { preset }) };
  const isClassic = template.use_classic_parameter_flow === true;
  const found = await findWrongParameters(admin, versionId, values, isClassic);
  if ("unknown" in found) note(`the parameters of ${name} could not be checked: ${found.unknown}`);
  else if (found.wrong.length > 0)
    throw new RefbenchError("usage", `${name} does not accept these parameters: ${found.wrong.join("; ")}`);
  if (task.skipAgents !== true) await checkAgentAndApp(admin, versionId, task, note);
  await checkExternalAuth(admin, versionId, { task, name, note });
}

/** The input that the checks of a template share. */
interface TemplateCheck {
  readonly task: LoadTask;
  readonly name: string;
  readonly note: (message: string) => void;
}

function checkSettings(
  { deprecated, deprecation_message: why, allow_user_autostop: mayChoose, default_ttl_ms: ttlMs }: Template,
  task: LoadTask,
  note: (message: string) => void,
): void {
  const name = `template ${task.template}`;
  if (deprecated)
    throw new RefbenchError(
      "usage",
      `${name} is deprecated${why === "" ? "" : ` (${why})`}, and Coder creates no workspaces from it: choose another, or clear its deprecation`,
    );
  if (mayChoose || ttlMs === 0 || ttlMs >= task.workspaceTtlMs) return;
  const leastMs = leastDurationMs(task);
  const stops = `${name} stops its workspaces after ${minutes(ttlMs)}, and users cannot change that`;
  if (ttlMs < leastMs)
    throw new RefbenchError(
      "usage",
      `${stops}, but this load takes at least ${minutes(leastMs)}: raise the template's default autostop`,
    );
  note(`${stops}: a longer load loses them`);
}

async function checkVersion(
  admin: CoderClient,
  versionId: string,
  { task, name, note }: TemplateCheck,
): Promise<void> {
  const version = await admin.templateVersion(versionId);
  if (!version.ok) {
    note(`the active version of ${name} could not be checked: ${version.failure.message}`);
    return;
  }
  const { job, archived, has_external_agent: isExternal } = version.value;
  const refuse = (what: string): never => {
    throw new RefbenchError("usage", `the active version of ${name} ${what}`);
  };
  if (archived) refuse("is archived, and Coder creates no workspaces from it: activate another version");
  if (isActive(job)) refuse("is still being imported: wait for it, or check the provisioner daemons");
  if (job.status !== "succeeded") {
    const log = await readImportLog(admin, versionId);
    const logText = log.length === 0 ? "" : `: ${log.join(" / ")}`;
    refuse(
      `could not be imported, ${job.error ?? job.status}${logText}: push it again (coder templates push)`,
    );
  }
  if (isExternal && task.skipAgents !== true)
    refuse("has an external agent, which nothing starts: do not wait for it (--no-wait-for-agents)");
}

/** The values that the preset sets. */
async function checkPreset(
  admin: CoderClient,
  versionId: string,
  presetId: string,
  template: string,
): Promise<Readonly<Record<string, string>>> {
  const presets = await admin.presets(versionId);
  if (!presets.ok) {
    const why = failedWith(presets, 404) ? "this version of Coder has no presets" : presets.failure.message;
    throw new RefbenchError("usage", `preset "${presetId}" of ${template} cannot be used: ${why}`);
  }
  const found = presets.value.find(({ id }) => id === presetId);
  if (found !== undefined) return found.values;
  const expected =
    presets.value.map(({ id, name }) => `${id} (${name})`).join(", ") || "none: it has no presets";
  throw new RefbenchError("usage", `${template} has no preset "${presetId}", expected ${expected}`);
}

async function checkAgentAndApp(
  admin: CoderClient,
  versionId: string,
  { agent: wish, app, mixed, template: name, parameters, presetId }: LoadTask,
  note: (message: string) => void,
): Promise<void> {
  const template = `template ${name}`;
  const resources = await admin.versionResources(versionId);
  if (!resources.ok) {
    note(`the agents of ${template} could not be checked: ${resources.failure.message}`);
    return;
  }
  const agents = resources.value.flatMap((resource) => resource.agents);
  if (agents.length === 0) return;
  const names = distinct(agents.map((one) => one.name));
  const reached = chooseAgent(agents, wish);
  if (reached === undefined)
    throw new RefbenchError("usage", `${template} has no agent "${wish}", expected one of ${names}`);
  if (wish === undefined && agents.length > 1)
    note(`${template} has several agents, ${names}: the load uses ${reached.name}, choose with --agent`);
  if (reached.operating_system === "windows")
    throw new RefbenchError(
      "usage",
      `agent ${reached.name} of ${template} runs Windows, but the load types commands for a POSIX shell: choose another agent (--agent) or template`,
    );
  const slugs = reached.apps.map(({ slug }) => slug);
  const wanted = [
    app?.slug,
    ...(mixed?.loads ?? []).map((load) => (load.kind === "apps" ? load.app : undefined)),
  ];
  const missing = wanted.find((slug) => slug !== undefined && !slugs.includes(slug));
  if (missing === undefined) return;
  const has = slugs.length === 0 ? "it has none: add a coder_app" : `expected one of ${distinct(slugs)}`;
  const message = `agent ${reached.name} of ${template} has no app "${missing}", ${has}`;
  // Coder evaluated the template with its defaults; the given values may add the app.
  const hasDefaults = Object.keys(parameters).length === 0 && presetId === undefined;
  if (hasDefaults) throw new RefbenchError("usage", message);
  note(`before the given parameters apply, ${message}`);
}

function distinct(names: readonly string[]): string {
  return [...new Set(names)].join(", ");
}

/**
 * Throws `usage` when the template needs a login at another service: a user that the load has just created
 * has none.
 */
async function checkExternalAuth(
  admin: CoderClient,
  versionId: string,
  { task, name: template, note }: TemplateCheck,
): Promise<void> {
  const auths = await admin.externalAuth(versionId);
  if (!auths.ok) {
    note(`which logins ${template} needs could not be checked: ${auths.failure.message}`);
    return;
  }
  const isHost = task.login === "host";
  const needed = auths.value.filter(({ optional, authenticated }) => !optional && !(isHost && authenticated));
  if (needed.length === 0) return;
  const next = isHost
    ? "log in there in Coder's dashboard first"
    : "the load's users cannot log in there; use your own user, logged in there (--use-host-login), or another template";
  const names = needed.map(({ id }) => id).join(", ");
  throw new RefbenchError("usage", `${template} needs its users to be logged in at ${names}: ${next}`);
}

function minutes(milliseconds: number): string {
  return `${Math.round(milliseconds / 6_000) / 10} min`;
}
