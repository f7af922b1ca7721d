import type { Architecture, Size } from "../architecture.ts";

/** A listed size and the `--set` values that make another deployment of it. */
export interface Settings {
  readonly size: string;
  /** Values by path, in the order of the size's figures; empty for the listed size itself. */
  readonly set: Readonly<Record<string, string | number | boolean>>;
}

/** Returns the listed size that needs the fewest `--set` values to become the given one. */
export function settingsFor({ sizes }: Architecture, size: Size): Settings {
  const wanted = leavesOf(size);
  const candidates = Object.entries(sizes).flatMap(([name, listed]) => {
    const has = leavesOf(listed);
    // --set neither adds nor removes a figure.
    if (has.size !== wanted.size || [...has.keys()].some((path) => !wanted.has(path))) return [];
    const set = [...wanted].filter(([path, value]) => has.get(path) !== value);
    return [{ size: name, set: Object.fromEntries(set), count: set.length }];
  });
  const [best] = candidates.toSorted((one, other) => one.count - other.count);
  if (best === undefined) throw new Error("no listed size has the same figures");
  return { size: best.size, set: best.set };
}

function leavesOf(value: object, prefix = ""): ReadonlyMap<string, string | number | boolean> {
  return new Map(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      typeof inner === "object" && inner !== null
        ? [...leavesOf(inner, `${prefix}${key}.`)]
        : typeof inner === "string" || typeof inner === "number" || typeof inner === "boolean"
          ? [[`${prefix}${key}`, inner] as const]
          : [],
    ),
  );
}
