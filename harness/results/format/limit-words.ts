import type { RunRecord } from "../../model/record/record.ts";
import { NO_FIGURE } from "./format.ts";

/** Says in a cell what held a load back; a dash where the record does not say. */
export function limitWords({ limits }: Pick<RunRecord, "limits">): string {
  if (limits === undefined) return NO_FIGURE;
  switch (limits.answer) {
    case "limited":
      return limits.findings[0]?.limit ?? limits.sentence;
    case "nothing-saturated":
      return "nothing measured was saturated";
    case "met-with-room":
      return "nothing: met its objectives with room";
    case "unknown":
      return "could not tell";
  }
}
