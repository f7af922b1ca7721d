/** What a figure of an answer rests on. */
export type Basis =
  /** The user named it. */
  | { readonly kind: "asked" }
  /** A rule or table that Coder publishes; `date` is the day of the page that was read. */
  | { readonly kind: "published"; readonly source: string; readonly date: string }
  /** A row of the results table. `date` is the day of the measurement in UTC. */
  | { readonly kind: "measured"; readonly date: string; readonly runId: string }
  /** A choice of refbench's own, with its reason. */
  | { readonly kind: "assumed"; readonly why: string };

/** Returns the basis in words, such as `published 2026-06-25 (Coder's validated architectures)`. */
export function basisWords(basis: Basis): string {
  switch (basis.kind) {
    case "asked":
      return "asked";
    case "published":
      return `published ${basis.date} (${basis.source})`;
    case "measured":
      return `measured on ${basis.date} by ${basis.runId}`;
    case "assumed":
      return `assumed: ${basis.why}`;
  }
}
