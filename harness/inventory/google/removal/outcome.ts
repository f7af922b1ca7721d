import type { RemoveOutcome } from "../../../model/ports/inventory.ts";
import type { GoogleAnswer } from "../api.ts";

/** Converts the answer to a delete into a sweep's outcome. */
export function removeOutcomeOf(answer: GoogleAnswer): RemoveOutcome {
  switch (answer.state) {
    case "ok":
      return { state: "removed" };
    case "gone":
      return { state: "gone" };
    case "api-off":
      return { state: "denied", reason: answer.reason };
    case "in-use":
    case "denied":
    case "throttled":
    case "failed":
      return { state: answer.state, reason: answer.reason };
  }
}
