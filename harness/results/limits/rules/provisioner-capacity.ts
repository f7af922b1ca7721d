import { judgeMoments } from "../judge-moments.ts";
import type { LimitRule } from "../rule.ts";
import { NOT_APPLICABLE } from "../rule.ts";
import { isCpuSeen, isElsewhereSaturated, shown } from "../saturation.ts";
import { fourDigits } from "../../../model/observation/four-digits.ts";

/** The threshold of the objective "builds-sustained": daemons need a moment between two builds. */
const BUSY = 0.8;

export const provisionerCapacity: LimitRule = {
  id: "provisioner-capacity",
  limit: "the number of provisioner daemons",
  condition:
    "at least 1 build is queued on average, at least 80 % of the daemons run one, and no CPU of coderd, Terraform, nodes or database and no pool of connections is saturated",
  source:
    "Coder, tutorials/best-practices/scale-coder: each provisioner daemon handles a single build at a time; 80 % is the threshold of the objective builds-sustained",
  indicates: "builds wait for a daemon, although the deployment has CPU to run more of them",
  advice: "run more provisioner daemons (CODER_PROVISIONER_DAEMONS, or external provisioners)",
  confidence: "high",
  judge: (load) => {
    const { builds, workspaces } = load.measurements;
    if (workspaces.created === 0 && builds.peakRunning === 0) return NOT_APPLICABLE;
    const among = load.moments.filter(({ queued, running }) => queued + running > 0);
    const judged = judgeMoments(load, {
      among,
      needs: "the number of provisioner daemons",
      read: (moment) => {
        const seen = load.values("coderd.daemons", moment).map(({ value }) => value);
        const daemons = builds.capacity > 0 ? builds.capacity : Math.max(0, ...seen);
        if (daemons === 0) return undefined;
        const { atMs, queued, running } = moment;
        return {
          isHeld: queued >= 1 && running >= BUSY * daemons && !isElsewhereSaturated(load, moment),
          strength: queued,
          evidence: {
            ...{ figure: "builds.queued", atMs, value: fourDigits(queued) },
            words: `${shown(queued)} builds queued while ${shown(running)} ran on ${daemons} daemons (at least 1 queued and ${shown(BUSY * daemons)} running)`,
          },
        };
      },
    });
    if (judged.state !== "judged") return judged;
    // Without any CPU, nobody knows whether more daemons would have helped.
    return judged.held.every(({ moment }) => isCpuSeen(load, moment))
      ? judged
      : { ...judged, confidence: "low" };
  },
};
