import type { LimitRule } from "../rule.ts";
import { shown } from "../saturation.ts";

export const generator: LimitRule = {
  id: "generator",
  limit: "the load's own generator",
  condition: "the generator was judged limited: a signal of docs/method.md was beyond its limit in a window",
  source: "the limits of the generator, docs/method.md#generator",
  indicates: "the load was not the one that was asked for; the deployment may carry more",
  advice: "run the generator on a separate machine, or in more parts (--runner, --parts)",
  confidence: "high",
  judge: (load) => {
    const { generator: health } = load.measurements;
    const all = load.moments.length + load.limitedMoments.length;
    if (!health.limited) return { state: "judged", held: [], among: all };
    const whole = {
      figure: "generator.slipP99Ms",
      value: health.slipP99Ms,
      words: `over the whole load: ${health.reasons.join("; ")} (late by ${shown(health.slipP99Ms)} ms at p99)`,
    };
    const held = load.limitedMoments.map((moment) => ({
      moment,
      strength: moment.window.generator.slipP99Ms,
      evidence: {
        ...{ figure: "windows.generator.slipP99Ms", atMs: moment.window.endMs },
        value: moment.window.generator.slipP99Ms,
        words: moment.window.generator.limited.join("; "),
      },
    }));
    // Records of earlier versions, and the generator as a whole, name no window: then all of the load is in doubt.
    const everywhere = load.moments.map((moment) => ({ moment, strength: 0, evidence: whole }));
    return { state: "judged", held: held.length > 0 ? held : everywhere, among: all, isOfEvents: true };
  },
};
