import type { Architecture } from "./architecture.ts";
import { ArchitectureError } from "./error.ts";
import { didYouMean } from "./did-you-mean.ts";
import { findRegionMistake } from "./region-name.ts";
import { OWN_CLUSTER_PLACE, zoneSeparator, zonesOf } from "./zones.ts";

/** The region and zone of an environment. */
export interface Place {
  readonly region: string;
  readonly zone: string;
}

/** The user's names for region and zone: flags of `refbench run`, or variables of a manual deployment. */
export interface PlaceNames {
  readonly region: string;
  readonly zone: string;
}

const FLAGS: PlaceNames = { region: "--region", zone: "--zone" };

/**
 * Returns the region and zone of an environment: the given ones, or the architecture's. A region alone means its
 * first zone, a zone alone its region. Throws `ArchitectureError` with the given names.
 */
export function placeOf(
  { cloud, region: usual, zone: usualZone }: Pick<Architecture, "cloud" | "region" | "zone">,
  asked: { readonly region?: string | undefined; readonly zone?: string | undefined },
  names: PlaceNames = FLAGS,
): Place {
  if (cloud === "kubernetes") return placeOfOwnCluster(asked, names);
  const separator = zoneSeparator(cloud);
  const { zone: askedZone = "" } = asked;
  const region = (asked.region ?? "") || regionOf(askedZone, separator) || usual;
  const mistake = findRegionMistake(cloud, region);
  if (mistake !== undefined) {
    const { meant } = mistake;
    if (asked.region)
      throw new ArchitectureError(
        names.region,
        region,
        `one such as ${usual}${didYouMean(region, meant === undefined ? [] : [meant])}`,
      );
    const meantZones = meant === undefined ? [] : zonesOf(cloud, meant);
    throw new ArchitectureError(
      names.zone,
      askedZone,
      `one such as ${usualZone}${didYouMean(askedZone, meantZones)}`,
    );
  }
  const zones = zonesOf(cloud, region);
  const zone = askedZone || (region === usual ? usualZone : zones[0]);
  if (regionOf(zone, separator) === region) return { region, zone };
  throw new ArchitectureError(
    names.zone,
    zone,
    `one of region ${region}: ${zones.join(", ")}${didYouMean(zone, zones)}`,
  );
}

/** Returns the place of an own cluster, and refuses another one. */
function placeOfOwnCluster(
  { region = "", zone = "" }: { readonly region?: string | undefined; readonly zone?: string | undefined },
  names: PlaceNames,
): Place {
  const place = { region: OWN_CLUSTER_PLACE, zone: OWN_CLUSTER_PLACE };
  const wrong = Object.entries({ region, zone }).find(
    ([, given]) => given !== "" && given !== OWN_CLUSTER_PLACE,
  );
  if (wrong === undefined) return place;
  const [which, given] = wrong as ["region" | "zone", string];
  throw new ArchitectureError(names[which], given, "no value: a cluster of your own has no region or zone");
}

/** Returns the region of a zone, whose name is the region's with a letter; undefined for another name. */
function regionOf(zone: string, separator: string): string {
  const end = `${separator}x`.length;
  return /[a-z]$/.test(zone) && zone.at(-end) === (separator || zone.at(-1)) ? zone.slice(0, -end) : "";
}
