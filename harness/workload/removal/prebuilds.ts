import { failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import type { Workspace } from "../../coder/http/schemas.ts";

/** Coder's default of `CODER_WORKSPACE_PREBUILDS_RECONCILIATION_INTERVAL`. */
const DEFAULT_INTERVAL_MS = 60_000;

/** The user to whom every prebuilt workspace belongs until somebody claims it. */
const PREBUILDS_OWNER = "prebuilds";

/** The state of Coder's prebuilds reconciler, which creates workspaces automatically. */
export interface Prebuilds {
  /** `paused` by this call; `was-paused` before it; `absent` if this Coder has none. */
  readonly state: "paused" | "was-paused" | "absent" | "not-paused";
  /** Why it could not be paused. */
  readonly why?: string;
  /** Whether a preset has prebuilt workspaces; true if that is not known. */
  readonly isAskedFor: boolean;
  /** The interval between its runs, in milliseconds. */
  readonly intervalMs: number;
}

/** Pauses the prebuilds reconciler for all templates. Needs a site admin. Never throws. */
export async function pausePrebuilds(admin: CoderClient): Promise<Prebuilds> {
  const settings = await admin.prebuildsSettings();
  if (failedWith(settings, 404)) return { state: "absent", isAskedFor: false, intervalMs: 0 };
  const about = { isAskedFor: await isAskedFor(admin), intervalMs: await readInterval(admin) };
  if (!settings.ok) return { state: "not-paused", why: settings.failure.message, ...about };
  if (settings.value.reconciliation_paused) return { state: "was-paused", ...about };
  const paused = await admin.pausePrebuilds();
  if (paused.ok || failedWith(paused, 304)) return { state: "paused", ...about };
  return { state: "not-paused", why: paused.failure.message, ...about };
}

/** Whether a workspace is prebuilt and not claimed yet. */
export function isPrebuild({ is_prebuild: isOne, owner_name: owner }: Workspace): boolean {
  return isOne === true || owner === PREBUILDS_OWNER;
}

async function isAskedFor(admin: CoderClient): Promise<boolean> {
  const organizations = await admin.organizations();
  if (!organizations.ok) return true;
  for (const { id } of organizations.value) {
    const templates = await admin.templates(id);
    if (!templates.ok) return true;
    for (const { active_version_id: version } of templates.value) {
      const presets = await admin.presets(version);
      if (presets.ok ? presets.value.some(({ prebuilds }) => prebuilds > 0) : !failedWith(presets, 404))
        return true;
    }
  }
  return false;
}

async function readInterval(admin: CoderClient): Promise<number> {
  const configured = await admin.deploymentConfig();
  const nanoseconds = configured.ok
    ? configured.value.config.workspace_prebuilds?.reconciliation_interval
    : undefined;
  return nanoseconds == null ? DEFAULT_INTERVAL_MS : nanoseconds / 1e6;
}
