import { findNearest } from "./did-you-mean.ts";
import { type CloudName, knownRegions } from "./zones.ts";

/** The clouds' names differ, so a value for the other cloud is refused. */
const PATTERN = {
  google: /^(?<area>[a-z]+)-(?<direction>[a-z]+)\d+$/,
  aws: /^(?<area>[a-z]{2}(-[a-z]+)*?)-(?<direction>[a-z]+)-\d+$/,
} as const;

const OTHER = { google: "aws", aws: "google" } as const satisfies Record<CloudName, CloudName>;

/** Every region of both clouds has one in its name. Sources: Google's "Regions and zones", AWS's "AWS Regions". */
const DIRECTIONS = [
  ...["central", "north", "northeast", "east", "southeast"],
  ...["south", "southwest", "west", "northwest"],
];

/** Google's parts of the world, from the same source. A new one is accepted unless it looks like one of these. */
const GOOGLE_AREAS = [
  ...["africa", "asia", "australia", "europe"],
  ...["me", "northamerica", "southamerica", "us"],
];

/**
 * Why a name cannot be a region's: an object, with the region that was probably meant. Undefined for a region, known
 * or new; a preflight asks the cloud for it.
 */
export function findRegionMistake(
  cloud: CloudName,
  name: string,
): { readonly meant: string | undefined } | undefined {
  const { area = "", direction = "" } = PATTERN[cloud].exec(name)?.groups ?? {};
  if (direction === "") {
    const isOtherClouds = PATTERN[OTHER[cloud]].test(name);
    return { meant: isOtherClouds ? undefined : findNearest(name, knownRegions(cloud)) };
  }
  const meantArea =
    cloud === "google" && !GOOGLE_AREAS.includes(area) ? findNearest(area, GOOGLE_AREAS) : undefined;
  if (DIRECTIONS.includes(direction) && meantArea === undefined) return undefined;
  const end = name.slice(area.length + 1 + direction.length);
  const candidates = DIRECTIONS.map((each) => `${meantArea ?? area}-${each}${end}`);
  return { meant: findNearest(`${meantArea ?? area}-${direction}${end}`, candidates) };
}
