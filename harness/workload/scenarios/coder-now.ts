import { generatorNow } from "../context/clock-watch.ts";
import type { LoadContext } from "../context/load-context.ts";

/** The time by Coder's clock, as far as stamps of the load's own requests tell; milliseconds since the epoch. */
export function coderNow({ clocks }: LoadContext): number {
  const api = clocks.result()?.find(({ clock }) => clock === "api");
  return generatorNow() + (api?.offsetMs ?? 0);
}
