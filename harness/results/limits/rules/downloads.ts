import type { ObservedEvent } from "../../../model/observation/observation.ts";
import { momentsOfEvents } from "../judge-moments.ts";
import { type Moment, type ObservedLoad, phaseMs } from "../observed-load.ts";
import { cannotJudge, type HeldMoment, type LimitRule, NOT_APPLICABLE } from "../rule.ts";
import { isElsewhereSaturated, shown } from "../saturation.ts";

/** Ours: with providers in the image or from a mirror beside Coder, init takes 1 to 3 s. */
const LONG_INIT_MS = 5_000;
const INIT_SHARE = 0.5;
/** Ours: a third of the three minutes that the objective workspace-ready-p95 grants nodes, images and agents. */
const LONG_START_MS = 60_000;
const LONG_PULL_MS = 30_000;

export const downloads: LimitRule = {
  id: "downloads",
  limit: "downloads of providers or images",
  condition:
    "while builds run and no CPU is saturated, terraform init has a median of at least 5 s and at least half of the build's, or agents first connect at least 60 s after their build (median), or Kubernetes reports failed image pulls or pulls of at least 30 s",
  source:
    "ours: init takes 1 to 3 s with a provider mirror beside Coder; 60 s is a third of what the objective workspace-ready-p95 grants nodes, images and agents. Events: Kubernetes, Images (ErrImagePull, ImagePullBackOff)",
  indicates: "builds or workspaces wait for a registry: Terraform's, or that of container images",
  advice:
    "put the providers into the image or a mirror beside Coder (terraform providers mirror), keep TF_PLUGIN_CACHE_DIR, pull workspace images onto nodes before, or use a registry in the same region",
  confidence: "medium",
  judge: (load) => {
    const { builds, workspaces } = load.measurements;
    if (workspaces.created === 0 && builds.peakRunning === 0) return NOT_APPLICABLE;
    if (load.moments.length === 0) return cannotJudge("no time under load in which the generator kept up");
    const building = load.moments.filter(({ queued, running }) => queued + running > 0);
    const pulls = momentsOfEvents(load, load.events.filter(isSlowPull));
    const whole = [slowInit(load), slowStart(load)].filter((each) => each !== undefined);
    const free = building.filter((moment) => !isElsewhereSaturated(load, moment));
    const held = new Map<Moment, HeldMoment>();
    for (const evidence of whole)
      for (const moment of free) held.set(moment, { moment, evidence, strength: evidence.strength });
    for (const pull of pulls) held.set(pull.moment, pull);
    const isInitKnown = phaseMs(load, "build-init", 50) !== undefined;
    if (held.size === 0 && !isInitKnown) return cannotJudge("not seen: how long terraform init took");
    const byTime = [...held.values()].toSorted((one, other) => one.moment.atMs - other.moment.atMs);
    return {
      state: "judged",
      held: byTime,
      among: building.length,
      ...(pulls.length > 0 && { isOfEvents: true }),
    };
  },
};

function slowInit(load: ObservedLoad) {
  const init = phaseMs(load, "build-init", 50);
  const build = phaseMs(load, "build", 50);
  if (init === undefined || build === undefined) return undefined;
  if (init.ms < LONG_INIT_MS || init.ms < INIT_SHARE * build.ms) return undefined;
  return {
    ...{ figure: "phases.build-init.p50", value: init.ms, strength: init.ms / LONG_INIT_MS },
    words: `terraform init took ${shown(init.ms / 1000)} s of a build's ${shown(build.ms / 1000)} s (medians; at least 5 s and half)`,
  };
}

function slowStart(load: ObservedLoad) {
  const start = phaseMs(load, "agent-connect", 50);
  // A pod that is not placed, or whose volume is not there, has not begun to pull.
  const isHeldUp = load.events.some(({ reason }) => /^Failed(Scheduling|Mount|AttachVolume)$/.test(reason));
  if (start === undefined || start.ms < LONG_START_MS || isHeldUp) return undefined;
  return {
    ...{ figure: "phases.agent-connect.p50", value: start.ms, strength: start.ms / LONG_START_MS },
    words: `agents first connected ${shown(start.ms / 1000)} s after their build (median; at least 60 s)`,
  };
}

function isSlowPull({ reason, message }: ObservedEvent): boolean {
  if (/^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull)$/.test(reason)) return true;
  if (reason === "Failed" || reason === "BackOff") return /pull/i.test(message);
  const [, minutes = "0", seconds] = /\bin (?:(\d+)m)?(\d+(?:\.\d+)?)s\b/.exec(message) ?? [];
  return reason === "Pulled" && (Number(minutes) * 60 + Number(seconds ?? 0)) * 1000 >= LONG_PULL_MS;
}
