import type { ObservedPlace } from "../../model/observation/observe-task.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { FigureSource } from "../source.ts";
import { postgresSource } from "./source.ts";

/** The figures of a database place. The client is loaded with the first connection. */
export function openPostgres(
  { of, url, caPem, addStatistics = false }: Extract<ObservedPlace, { kind: "postgres" }>,
  clock: Clock,
): FigureSource {
  return postgresSource({
    of,
    clock,
    addStatistics,
    open: async (signal) => {
      const { connectPostgres } = await import("./connect.ts");
      return await connectPostgres({ url, caPem }, signal);
    },
  });
}
