import type { Architecture } from "../../../reference-architectures/architecture.ts";
import type { Place } from "../../../reference-architectures/place.ts";
import type { Placeholders } from "./generalize.ts";
import type { Variable } from "./words.ts";

/** The environment of an export: a valid id, which no output may contain. */
export const EXPORT_RUN_ID = "01kb0000000000exp0rtexp0rt";
export const EXPORT_OWNER = "exp0rt";
export const EXPORT_KUBECONFIG = "/exp0rt/kubeconfig";
export const EXPORT_CONTEXT = "exp0rt-context";
/** Projects and accounts that nobody has. */
const NO_PROJECT = { google: "exp0rt-project", aws: "000000000000", kubernetes: EXPORT_CONTEXT } as const;

/** Where the exported environment is made, as far as it is known. */
export interface ExportPlace extends Place {
  /** The Google project or AWS account; absent = the variable has no default. */
  readonly project?: string | undefined;
}

/** The project or account with which an export is synthesized. */
export function projectOf({ cloud }: Pick<Architecture, "cloud">, { project }: ExportPlace): string {
  return project ?? NO_PROJECT[cloud];
}

/** Returns what stands for a variable in synthesized stacks. `spareZone`: a second zone, where the stacks have one. */
export function placeholdersOf(
  architecture: Pick<Architecture, "cloud">,
  place: ExportPlace,
  spareZone: string | undefined,
): Placeholders {
  const project = projectOf(architecture, place);
  const common = { runId: EXPORT_RUN_ID, namePrefix: `bench-${EXPORT_RUN_ID.slice(-12)}` };
  switch (architecture.cloud) {
    case "google":
      return { ...common, values: { project, zone: place.zone, region: place.region } };
    case "aws":
      return {
        ...common,
        values: {
          account: project,
          zone: place.zone,
          ...(spareZone === undefined ? {} : { spare_zone: spareZone }),
          region: place.region,
        },
      };
    case "kubernetes":
      return { ...common, values: { kubeconfig: EXPORT_KUBECONFIG, context: EXPORT_CONTEXT } };
  }
}

/** Returns the variables that an export adds to those of the stacks, in the order of the file. */
export function addedVariables(
  { cloud }: Pick<Architecture, "cloud">,
  place: ExportPlace,
  { values }: Placeholders,
): readonly Variable[] {
  const text = (name: string, description: string, value?: string): Variable => ({
    name,
    args: { description, type: "string", ...(value === undefined ? {} : { default: value }) },
  });
  return [
    NAME,
    LABELS,
    ...(cloud === "google" ? [text("project", "The Google Cloud project.", place.project)] : []),
    ...(cloud === "aws"
      ? [text("account", "The only AWS account in which this may be applied.", place.project)]
      : []),
    text("region", "The region of everything.", place.region),
    text("zone", "The zone of machines and database.", place.zone),
    text(
      "spare_zone",
      "A second zone, which AWS demands of a cluster and a database. Nothing runs there.",
      values["spare_zone"],
    ),
    NO_UPGRADES,
    text("kubeconfig", "Path of the kubeconfig with the cluster.", "~/.kube/config"),
    text("context", "The cluster's context in the kubeconfig."),
  ];
}

/** The roles after the name have up to 12 characters, and a service account's name has at most 30. */
const NAME: Variable = {
  name: "name",
  args: {
    description: "The beginning of every name. All roots of an environment have the same.",
    type: "string",
    default: "coder",
  },
  validations: [
    {
      condition: '${can(regex("^[a-z][a-z0-9-]{0,16}[a-z0-9]$", var.name))}',
      error_message:
        "name must have 2 to 18 lower-case letters, digits or hyphens, begin with a letter and not end with a hyphen.",
    },
  ],
};

const LABELS: Variable = {
  name: "labels",
  args: {
    description: "Labels or tags of everything that can have them.",
    type: "map(string)",
    default: { environment: "coder" },
  },
};

const NO_UPGRADES: Variable = {
  name: "no_upgrades",
  args: {
    description:
      "A time of at most 30 days without upgrades of the cluster, such as that of a measurement; null lets Google upgrade it by its release channel.",
    type: "object({ start_time = string, end_time = string })",
    default: null,
  },
};
