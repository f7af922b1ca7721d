/** The clouds that have regions and zones. */
export type CloudName = "google" | "aws";

/** Where refbench can run: a cloud, or a cluster of the user's own. */
export type Provider = CloudName | "kubernetes";

/** The region and the zone of an own cluster, whose nodes may be anywhere. */
export const OWN_CLUSTER_PLACE = "own-cluster";

/**
 * The letters of a region's zones where they are not a, b and c. Sources: Google's "Regions and zones", AWS's "AWS
 * Availability Zones". An AWS account may have fewer: preflight checks which of them offer the machines.
 */
const LETTERS: Readonly<Record<CloudName, Readonly<Record<string, string>>>> = {
  google: { "us-central1": "abcf", "us-east1": "bcd", "europe-west1": "bcd" },
  aws: {
    // Without us-east-1e, which accepts no control plane of EKS.
    "us-east-1": "abcdf",
    "us-west-1": "ac",
    "us-west-2": "abcd",
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abcd",
    "ca-central-1": "abd",
  },
};

/** Regions whose zones are known by name. */
export function knownRegions(cloud: CloudName): readonly string[] {
  return Object.keys(LETTERS[cloud]);
}

/** What a cloud writes between a region's name and the letter of a zone. */
const SEPARATORS: Readonly<Record<CloudName, string>> = { google: "-", aws: "" };

/** Returns what is between a region's name and the letter of a zone. */
export function zoneSeparator(cloud: CloudName): string {
  return SEPARATORS[cloud];
}

/** Returns the names of a region's zones. */
export function zonesOf(cloud: CloudName, region: string): readonly [string, ...string[]] {
  const letters = (LETTERS[cloud][region] ?? "abc").split("");
  return letters.map((letter) => `${region}${SEPARATORS[cloud]}${letter}`) as [string, ...string[]];
}

/** Returns another zone of the region, the next in order. */
export function zoneBeside(cloud: CloudName, region: string, zone: string): string {
  const zones = zonesOf(cloud, region);
  return zones[(zones.indexOf(zone) + 1) % zones.length] ?? zones[0];
}
