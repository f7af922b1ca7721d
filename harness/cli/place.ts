import type { Architecture } from "../../reference-architectures/architecture.ts";
import { RefbenchError } from "../model/error.ts";

/** Where in its cloud a run works. */
export interface Place {
  readonly region: string;
  readonly zone: string;
}

/** Neither cloud's names are the other's, so a variable that was meant for the other one is seen. */
const REGION = { google: /^[a-z]+-[a-z]+\d+$/, aws: /^[a-z]{2}(-[a-z]+)+-\d+$/ } as const;

/** The region and zone of a run: the architecture's, or what the flags say; a region alone means its first zone. */
export function placeOf(
  { cloud, region: usual, zone: usualZone }: Pick<Architecture, "cloud" | "region" | "zone">,
  flags: { readonly region?: string | undefined; readonly zone?: string | undefined },
): Place {
  const separator = cloud === "google" ? "-" : "";
  const { zone: askedZone = "" } = flags;
  const region = (flags.region ?? "") || regionOf(askedZone, separator) || usual;
  if (!REGION[cloud].test(region))
    throw new RefbenchError("usage", `--region is "${region}", expected one such as ${usual}`);
  const zone = askedZone || (region === usual ? usualZone : `${region}${separator}a`);
  if (regionOf(zone, separator) === region) return { region, zone };
  throw new RefbenchError(
    "usage",
    `--zone is "${zone}", expected one of region ${region}, such as ${region}${separator}a`,
  );
}

/** A zone's name is its region's with a letter; nothing where it is no zone's. */
function regionOf(zone: string, separator: string): string {
  const end = `${separator}x`.length;
  return /[a-z]$/.test(zone) && zone.at(-end) === (separator || zone.at(-1)) ? zone.slice(0, -end) : "";
}
