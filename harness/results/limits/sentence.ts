import type { Limits } from "../../model/observation/limits.ts";
import type { RunRecord } from "../../model/record/record.ts";

const MOST_NAMED = 3;

/** The answer as a sentence without a full stop. A simulated result says so. */
export function limitsSentence(
  { answer, findings, unjudged }: Omit<Limits, "sentence">,
  { simulated, observation }: Pick<RunRecord, "simulated" | "observation">,
): string {
  const sentence = ((): string => {
    switch (answer) {
      case "limited":
        return `limited by ${listed(findings.map(({ limit }) => limit))}`;
      case "met-with-room":
        return "met its objectives with room: nothing held it back";
      case "nothing-saturated":
        return "nothing that was measured was saturated";
      case "unknown":
        return `could not tell what held it back: ${observation === undefined || observation.series.length === 0 ? "nothing of the deployment was observed" : reasons(unjudged.map(({ why }) => why))}`;
    }
  })();
  return simulated ? `${sentence} (simulated)` : sentence;
}

function listed(limits: readonly string[]): string {
  const [first = "", ...others] = limits;
  if (others.length === 0) return first;
  const named = others.slice(0, MOST_NAMED - 1);
  const more = others.length - named.length;
  return `${first}, then by ${[...named, ...(more > 0 ? [`${more} more`] : [])].join(" and ")}`;
}

function reasons(all: readonly string[]): string {
  const different = [...new Set(all)];
  const more = different.length - MOST_NAMED;
  return [...different.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
