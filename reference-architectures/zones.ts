/**
 * Zones of the architectures' regions, for a second try where the first had no machines left. Sources: Google's and
 * AWS's public lists; all three of us-east-2 take a control plane of EKS.
 */
const ZONES: Readonly<Record<string, readonly string[]>> = {
  "us-central1": ["us-central1-a", "us-central1-b", "us-central1-c", "us-central1-f"],
  "us-east-2": ["us-east-2a", "us-east-2b", "us-east-2c"],
};

/** Another zone of the region, the next in order; undefined where none is known. */
export function zoneBeside(region: string, zone: string): string | undefined {
  const zones = ZONES[region] ?? [];
  const at = zones.indexOf(zone);
  const next = zones[(at + 1) % zones.length];
  return next === zone ? undefined : next;
}
