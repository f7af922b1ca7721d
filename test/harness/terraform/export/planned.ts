import { parse } from "yaml";

/** A resource of a plan, as a comparison reads it. */
interface Planned {
  readonly actions: unknown;
  readonly after: unknown;
  readonly unknown: unknown;
}

/** What `terraform show -json` says of a plan, as far as it is read. */
export interface PlanJson {
  readonly resource_changes: readonly {
    readonly address: string;
    readonly change: { readonly actions: unknown; readonly after: unknown; readonly after_unknown: unknown };
  }[];
  readonly configuration: {
    readonly root_module: {
      readonly resources?: readonly {
        readonly address: string;
        readonly depends_on?: readonly string[];
        readonly expressions?: Readonly<Record<string, unknown>>;
      }[];
    };
  };
}

/** Everything of a plan that does not depend on whether it is an export: attributes, waits, and sources of secrets. */
export function comparable({ resource_changes: changes, configuration }: PlanJson, runId: string): unknown {
  const planned = Object.fromEntries(
    changes.map(({ address, change }): [string, Planned] => [
      renamed(address),
      {
        actions: change.actions,
        after: comparableValue(change.after, runId),
        unknown: comparableValue(change.after_unknown, runId),
      },
    ]),
  );
  const sources = (configuration.root_module.resources ?? [])
    .filter(({ address }) => !address.startsWith("data.terraform_remote_state.") && address !== UNUSED)
    .map(({ address, depends_on: waits = [], expressions = {} }) => [
      renamed(address),
      {
        waits: waits.map(renamed).toSorted(),
        // A plan shows no value that is only written.
        secrets: Object.entries(expressions)
          .filter(([name]) => name.endsWith("_wo"))
          .map(([name, source]) => [
            name,
            (source as { references?: readonly string[] }).references?.map(renamed),
          ]),
      },
    ]);
  return { planned, sources: Object.fromEntries(sources) as unknown };
}

/** A name that tells a measurement, and the label of things that Coder makes, which is another in a run. */
const DIFFERENT: ReadonlySet<string> = new Set(["exclusion_name", "bench-managed"]);

/** The export has no output with the account, so it does not read it. */
const UNUSED = "data.aws_caller_identity.account";

/** Names have no hyphen in an export. */
function renamed(address: string): string {
  return address.replaceAll("-", "_");
}

function comparableValue(value: unknown, runId: string): unknown {
  if (typeof value === "string") return comparableText(value, runId);
  if (Array.isArray(value)) return value.map((each) => comparableValue(each, runId));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const tags = entries
    .filter(([name]) => /^tagSpecification_\d+$/.test(name))
    .map(([, each]) => comparableValue(each, runId));
  return {
    ...Object.fromEntries(
      entries
        .filter(([name]) => !/^tagSpecification_\d+$/.test(name))
        .map(([name, each]) => [name, DIFFERENT.has(name) ? "…" : comparableValue(each, runId)]),
    ),
    ...(tags.length === 0 ? {} : { tags: tags.toSorted() }),
  };
}

function comparableText(text: string, runId: string): unknown {
  const meaning = /^\s*[[{]|^"?\w+"?:\n/.test(text) ? (parse(text) as unknown) : text;
  if (typeof meaning !== "string") return comparableValue(meaning, runId);
  const words = text
    .replaceAll(`refbench run ${runId}`, `bench-${runId.slice(-12)}`)
    .replaceAll("refbench", "bench")
    // Things that Coder makes have a label of their own in a run.
    .replaceAll("bench-managed=coder", "bench-managed=cdktf");
  return /^bench-run=[^,]+,/.test(words) ? words.split(",").toSorted().join(",") : words;
}
