import type { ObservedPlace } from "../model/observation/observe-task.ts";
import type { Clock } from "../tools/time/clock.ts";
import type { FigureSource } from "./source.ts";
import { fileLog } from "./logs/file-log.ts";
import { metricsSource } from "./metrics/metrics-source.ts";
import { openPostgres } from "./postgres/open-postgres.ts";
import { machineSource } from "./process/machine-source.ts";
import { processSource } from "./process/process-source.ts";
import { profiled } from "./profiles/profiled.ts";
import { urlServers } from "./profiles/url-servers.ts";
import { prometheusSource } from "./prometheus/prometheus-source.ts";

/** The sources of what is observed at these places. Nothing is asked before the first reading. */
export function openPlaces(places: readonly ObservedPlace[], clock: Clock): FigureSource[] {
  return places.map((place) => openPlace(place, clock));
}

function openPlace(place: ObservedPlace, clock: Clock): FigureSource {
  switch (place.kind) {
    case "metrics":
      return place.pprofUrl === undefined
        ? metricsSource(place, clock)
        : profiled(metricsSource(place, clock), urlServers(place.pprofUrl), clock);
    case "process":
      return processSource(place, { clock });
    case "log":
      return fileLog(place, clock);
    case "machine":
      return machineSource(place.of, { clock });
    case "postgres":
      return openPostgres(place, clock);
    case "prometheus":
      return prometheusSource(place);
  }
}
