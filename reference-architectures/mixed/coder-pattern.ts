import { type Schedule, scheduleSchema } from "./schedule.ts";

const SECONDS = 300;

/**
 * The overlapping schedule of Coder's own scale tests, periods T0 to T6: SSH, web terminals, apps and dashboard start
 * one after another, overlap and end. Source: coder.com/docs/admin/infrastructure/scale-testing. Lengths and rates are
 * ours, where that page has none; 1,024 bytes ten times a second is the default of Coder's utility.
 */
export function coderPattern(app: string | undefined, seconds = SECONDS): Schedule {
  const traffic = { bytesPerTick: 1_024, tickMs: 100 };
  return scheduleSchema.parse({
    name: app === undefined ? "Coder's pattern without apps" : "Coder's pattern",
    periods: ["T0", "T1", "T2", "T3", "T4", "T5", "T6"].map((name) => ({ name, seconds })),
    loads: [
      { name: "ssh", kind: "ssh", from: "T0", to: "T3", traffic },
      { name: "terminals", kind: "terminals", from: "T1", to: "T4", traffic },
      ...(app === undefined
        ? []
        : [{ name: "apps", kind: "apps", from: "T2", to: "T5", app, messagesPerMinute: 600 }]),
      { name: "dashboard", kind: "dashboard", from: "T3", to: "T6" },
    ],
  });
}
