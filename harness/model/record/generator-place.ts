import type { WorkerPlace } from "./parts.ts";

/** The source of the load in a record's platform, by the value of `--runner`. */
export const GENERATOR_PLACES = {
  network: "inside the network",
  local: "outside of it",
  job: "pods in Coder's cluster",
} as const;

interface Placed {
  readonly place?: WorkerPlace | undefined;
}

/** The machines on which workers ran, as their cluster names them, in order; none where no cluster named one. */
export function generatorNodes(
  generator: (Placed & { readonly parts?: readonly Placed[] | undefined }) | undefined,
): readonly string[] {
  const places = [generator?.place, ...(generator?.parts ?? []).map(({ place }) => place)];
  return [...new Set(places.flatMap((place) => place?.node ?? []))].sort();
}

/**
 * Whether the generator took what it measured, as sentences: which machines it shared with Coder. None where it shared
 * none. `coder` are Coder's machines; undefined where nobody knows them.
 */
export function besideCoderWords(
  nodes: readonly string[],
  coder: ReadonlySet<string> | undefined,
): readonly string[] {
  if (coder === undefined || nodes.length === 0)
    return ["generator: whether it shared a machine with Coder is not known"];
  const shared = nodes.filter((node) => coder.has(node));
  return shared.length === 0 ? [] : [`generator: shared ${shared.join(", ")} with Coder`];
}
