import { didYouMean } from "./did-you-mean.ts";
import { ArchitectureError } from "./error.ts";

/** One `--set path=value`, with the value as text. */
export interface Override {
  readonly path: string;
  readonly value: string;
}

/**
 * Reads `path=value`. The value stays a text, because its type is that of the figure at that path (`1.30` is a
 * version).
 */
export function parseOverride(text: string): Override {
  const at = text.indexOf("=");
  const path = text.slice(0, Math.max(at, 0)).trim();
  const value = text.slice(at + 1).trim();
  if (at < 1 || path === "" || value === "") {
    throw new ArchitectureError("--set", text, "path=value, such as connections.total=20");
  }
  return { path, value };
}

/** The beginning of the next override in a list: a comma, then a path and an equals sign. */
const NEXT_OVERRIDE = /,(?=\s*[a-zA-Z]+(?:\.[a-zA-Z]+)*=)/;

/**
 * Reads overrides by path. A text may contain several, like a variable: `users=10,machines.coder.nodes=2`. The last
 * one of a path wins.
 */
export function parseOverrides(texts: readonly string[]): Readonly<Record<string, string>> {
  const overrides = texts.flatMap((text) => text.split(NEXT_OVERRIDE)).map(parseOverride);
  return Object.fromEntries(overrides.map(({ path, value }) => [path, value]));
}

/** A tree of figures. */
type Figures = Record<string, unknown>;

/** Returns the figures with one of them replaced, and the value in the figure's type. */
export function withOverride(
  figures: Figures,
  path: string,
  given: unknown,
): { readonly figures: Figures; readonly value: unknown } {
  const known = leafPaths(figures);
  const current = known.get(path);
  if (current === undefined) {
    const below = [...known.keys()].filter((leaf) => leaf.startsWith(`${path}.`));
    throw new ArchitectureError(
      path,
      given,
      below.length > 0
        ? `one of its figures: ${below.join(", ")}`
        : `a known path: ${[...known.keys()].join(", ")}${didYouMean(path, known.keys())}`,
    );
  }
  const value = asTypeOf(current, given, path);
  return { figures: replaced(figures, path.split("."), value), value };
}

/** Returns every path that may be set, with its value. */
function leafPaths(figures: Figures, prefix = ""): Map<string, string | number | boolean> {
  const leaves = new Map<string, string | number | boolean>();
  for (const [key, value] of Object.entries(figures)) {
    if (typeof value === "object" && value !== null) {
      for (const [leaf, leafValue] of leafPaths(value as Figures, `${prefix}${key}.`)) {
        leaves.set(leaf, leafValue);
      }
    } else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      leaves.set(`${prefix}${key}`, value);
    }
  }
  return leaves;
}

function asTypeOf(current: string | number | boolean, given: unknown, path: string): unknown {
  switch (typeof current) {
    case "number": {
      if (typeof given === "number") return given;
      if (typeof given === "string" && /^-?\d+(\.\d+)?$/.test(given)) return Number(given);
      throw new ArchitectureError(path, given, `a number, such as ${current}`);
    }
    case "boolean": {
      if (typeof given === "boolean") return given;
      if (given === "true" || given === "false") return given === "true";
      throw new ArchitectureError(path, given, "true or false");
    }
    default: {
      if (typeof given === "string") return given;
      throw new ArchitectureError(path, given, `text, such as ${JSON.stringify(current)}`);
    }
  }
}

function replaced(figures: Figures, [key, ...rest]: readonly string[], value: unknown): Figures {
  if (key === undefined) return figures;
  return {
    ...figures,
    [key]: rest.length === 0 ? value : replaced(figures[key] as Figures, rest, value),
  };
}
