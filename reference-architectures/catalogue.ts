import { type Architecture, architectureSchema, type Size, sizeSchema } from "./architecture.ts";
import { refuseContradictions } from "./contradictions.ts";
import { didYouMean } from "./did-you-mean.ts";
import { ArchitectureError } from "./error.ts";
import { eks } from "./eks/architecture.ts";
import { gceDocker } from "./gce-docker/architecture.ts";
import { gceVm } from "./gce-vm/architecture.ts";
import { gke } from "./gke/architecture.ts";
import { kubernetes } from "./kubernetes/architecture.ts";
import { withOverride } from "./override.ts";

/** Every reference architecture by name, checked. One that contradicts itself does not load. */
export const architectures: ReadonlyMap<string, Architecture> = new Map(
  [gke, eks, kubernetes, gceDocker, gceVm].map((architecture) => [architecture.name, checked(architecture)]),
);

/** Returns the architecture with that name. */
export function getArchitecture(name: string): Architecture {
  const architecture = architectures.get(name);
  if (architecture === undefined) {
    throw new ArchitectureError(
      "architecture",
      name,
      `one of ${[...architectures.keys()].join(", ")}${didYouMean(name, architectures.keys())}`,
    );
  }
  return architecture;
}

/** A size with its overrides, whose figures fit together. */
export interface ResolvedSize {
  readonly architecture: string;
  readonly name: string;
  /** The row's label in the table, such as "Kubernetes (GKE)". */
  readonly label: string;
  /** The overrides by path, each value in its figure's type. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly figures: Size;
}

/**
 * Returns a size of an architecture (by default its default size) with overrides by path, such as
 * `connections.total`.
 */
export function resolveSize(
  architectureName: string,
  sizeName?: string,
  overrides: Readonly<Record<string, unknown>> = {},
): ResolvedSize {
  const architecture = getArchitecture(architectureName);
  const name = sizeName ?? architecture.defaultSize;
  const size = Object.hasOwn(architecture.sizes, name) ? architecture.sizes[name] : undefined;
  if (size === undefined) {
    throw new ArchitectureError(
      "size",
      name,
      `one of ${Object.keys(architecture.sizes).join(", ")}${didYouMean(name, Object.keys(architecture.sizes))}`,
    );
  }
  let figures: Record<string, unknown> = size;
  const typed: Record<string, unknown> = {};
  for (const [path, given] of Object.entries(overrides)) {
    // A schedule is data of its own, of which no size has to have one to begin with.
    if (path === "schedule" && typeof given === "object") {
      figures = { ...figures, schedule: given };
      typed[path] = given;
      continue;
    }
    const set = withOverride(figures, path, given);
    figures = set.figures;
    typed[path] = set.value;
  }
  const parsed = parseSize(figures);
  refuseContradictions(architecture, parsed);
  return {
    architecture: architecture.name,
    name,
    label: architecture.label,
    overrides: typed,
    figures: parsed,
  };
}

/**
 * Returns the same size with another version of Coder. That is not an override, because the version is a figure of
 * every row.
 */
export function atCoderVersion(size: Size, version: string): Size {
  return { ...size, coder: { ...size.coder, version } };
}

function parseSize(figures: Record<string, unknown>): Size {
  const result = sizeSchema.safeParse(figures);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    figures,
  );
  throw new ArchitectureError(
    path.join("."),
    value,
    issue === undefined ? "a valid size" : inWords(issue.message),
  );
}

/** Converts Zod's message to the end of ours: "expected …". */
function inWords(message: string): string {
  return message.replace(/^(Invalid input|Invalid option|Too small|Too big): expected /, "");
}

function checked(architecture: Architecture): Architecture {
  const parsed = architectureSchema.parse(architecture);
  for (const [name, size] of Object.entries(parsed.sizes)) {
    try {
      refuseContradictions(parsed, size);
    } catch (error) {
      if (!(error instanceof ArchitectureError)) throw error;
      throw new ArchitectureError(`${parsed.name} ${name}: ${error.path}`, error.value, error.expected);
    }
  }
  return parsed;
}
