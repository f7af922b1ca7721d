import { z } from "zod";
import { observation } from "../../model/observation/observation.ts";

/** The line by which the load asks its observer to end and to report. */
export const STOP_LINE = "stop";

/** What the observing process writes, as lines of JSON: that it begins, then what it saw. */
export const observerEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("observing") }),
  z.object({ type: z.literal("observed"), observation }),
]);
export type ObserverEvent = z.infer<typeof observerEvent>;
