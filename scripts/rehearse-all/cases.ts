import { RefbenchError } from "../../harness/tools/error.ts";
import { architectures } from "../../reference-architectures/catalogue.ts";

/** One environment that somebody may ask for. */
export interface RehearsalCase {
  /** `<architecture>/<size>/<database>`. */
  readonly name: string;
  readonly architecture: string;
  readonly size: string;
  readonly database: string;
  /** Whether this is the size's default database. */
  readonly isUsual: boolean;
}

/** Every size of every architecture on every database it may have, or those whose names begin with the filter's words. */
export function rehearsalCases(only?: string): readonly RehearsalCase[] {
  const all = [...architectures.values()].flatMap(({ name: architecture, sizes, databases }) =>
    Object.entries(sizes).flatMap(([size, figures]) =>
      databases.map((database) => ({
        name: `${architecture}/${size}/${database}`,
        architecture,
        size,
        database,
        isUsual: figures.database.kind === database,
      })),
    ),
  );
  if (only === undefined) return all;
  const chosen = all.filter(({ name }) => `${name}/`.startsWith(`${only}/`));
  if (chosen.length > 0) return chosen;
  const names = all.map(({ name }) => name).join(", ");
  throw new RefbenchError(
    "usage",
    `--only is "${only}", expected the name of a case or its first words: ${names}`,
  );
}
