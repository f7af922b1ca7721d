import { failedWith } from "../coder/answer.ts";
import type { CoderClient } from "../coder/client.ts";
import { RefbenchError } from "../model/error.ts";
import type { LoadTask } from "../model/shard-task.ts";
import { wrongParameters } from "./check-parameters.ts";

/**
 * Refuses what the template's version cannot be given, before anything is created: parameters, preset, agent, and
 * logins at other services that its users would need. What an older server does not tell is left out and noted.
 */
export async function checkTemplate(
  owner: CoderClient,
  versionId: string,
  task: LoadTask,
  note: (message: string) => void,
): Promise<void> {
  const template = `template ${task.template}`;
  const known = await owner.richParameters(versionId);
  if (known.ok) {
    const wrong = wrongParameters(task.parameters, known.value, task.presetId !== undefined);
    if (wrong.length > 0)
      throw new RefbenchError("usage", `${template} cannot be given these parameters: ${wrong.join("; ")}`);
  } else note(`the parameters of ${template} could not be checked: ${known.failure.message}`);
  if (task.presetId !== undefined) await checkPreset(owner, versionId, task.presetId, template);
  if (task.agent !== undefined || task.app !== undefined)
    await checkAgentAndApp(owner, versionId, task, note);
  await checkExternalAuth(owner, versionId, task, template);
}

async function checkPreset(
  owner: CoderClient,
  versionId: string,
  presetId: string,
  template: string,
): Promise<void> {
  const presets = await owner.presets(versionId);
  if (!presets.ok) {
    const why = failedWith(presets, 404) ? "this Coder knows no presets" : presets.failure.message;
    throw new RefbenchError("usage", `preset "${presetId}" of ${template} cannot be used: ${why}`);
  }
  if (presets.value.some(({ id }) => id === presetId)) return;
  const expected =
    presets.value.map(({ id, name }) => `${id} (${name})`).join(", ") || "none: it has no presets";
  throw new RefbenchError("usage", `${template} has no preset "${presetId}", expected ${expected}`);
}

async function checkAgentAndApp(
  owner: CoderClient,
  versionId: string,
  { agent, app, template: name, parameters, presetId }: LoadTask,
  note: (message: string) => void,
): Promise<void> {
  const template = `template ${name}`;
  const resources = await owner.versionResources(versionId);
  if (!resources.ok) return;
  const agents = resources.value.flatMap((resource) => resource.agents);
  if (agents.length === 0) return;
  const reached = agents.filter((one) => agent === undefined || one.name === agent);
  if (reached.length === 0)
    throw new RefbenchError(
      "usage",
      `${template} has no agent "${agent}", expected one of ${distinct(agents.map((one) => one.name))}`,
    );
  const slugs = reached.flatMap(({ apps }) => apps.map(({ slug }) => slug));
  if (app === undefined || slugs.includes(app.slug)) return;
  const has = slugs.length === 0 ? "it has none: add a coder_app" : `expected one of ${distinct(slugs)}`;
  const message = `${template} has no app "${app.slug}", ${has}`;
  // Coder tells what the template makes of its own defaults; what it is given may bring the app.
  const isAsTold = Object.keys(parameters).length === 0 && presetId === undefined;
  if (isAsTold) throw new RefbenchError("usage", message);
  note(`without the parameters given, ${message}`);
}

function distinct(names: readonly string[]): string {
  return [...new Set(names)].join(", ");
}

/** A user that the load has just made is logged in nowhere. */
async function checkExternalAuth(
  owner: CoderClient,
  versionId: string,
  task: LoadTask,
  template: string,
): Promise<void> {
  const auths = await owner.externalAuth(versionId);
  if (!auths.ok) return;
  const isHost = task.login === "host";
  const needed = auths.value.filter(({ optional, authenticated }) => !optional && !(isHost && authenticated));
  if (needed.length === 0) return;
  const next = isHost
    ? "log in there in Coder's dashboard first"
    : "the load's users cannot; use your own user, logged in there (--use-host-login), or another template";
  const names = needed.map(({ id }) => id).join(", ");
  throw new RefbenchError("usage", `${template} needs its users to be logged in at ${names}: ${next}`);
}
