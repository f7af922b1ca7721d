import { Option, type Command } from "commander";
import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import type { OwnClusterRequest } from "../../composition/settings/own-cluster-request.ts";
import { RefbenchError } from "../../tools/error.ts";

/** The flags of a run in a cluster of the user's own. */
export interface OwnClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly storageClass?: string;
  readonly nodeSelector: readonly (readonly [key: string, value: string])[];
  readonly image: readonly (readonly [role: ImageRole, reference: string])[];
  readonly chart?: string;
  readonly databaseUrlSecret?: NonNullable<OwnClusterRequest["databaseUrlSecret"]>;
}

const IMAGE_ROLES = ["coder", "postgres", "workspace", "generator"] as const;
type ImageRole = (typeof IMAGE_ROLES)[number];

/** Each flag by commander's name. */
const FLAGS = {
  kubeconfig: "--kubeconfig",
  context: "--context",
  storageClass: "--storage-class",
  nodeSelector: "--node-selector",
  image: "--image",
  chart: "--chart",
  databaseUrlSecret: "--database-url-secret",
} as const satisfies Record<keyof OwnClusterFlags, string>;

/** Adds these flags. Their variables are also those of a manual environment: lists with commas. */
export function addOwnClusterOptions(command: Command): Command {
  return command
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(
      new Option(
        "--storage-class <name>",
        "class of the disks of Postgres and of the homes (default: the cluster's default class)",
      ).env("REFBENCH_STORAGE_CLASS"),
    )
    .addOption(
      new Option("--node-selector <key=value>", "use nodes with this label only; repeatable")
        .env("REFBENCH_NODE_SELECTOR")
        .default([], "every node")
        .argParser(nodeSelector),
    )
    .addOption(
      new Option(
        "--image <role=reference>",
        `an image of your own registry, for ${IMAGE_ROLES.join(", ")}; repeatable`,
      )
        .env("REFBENCH_IMAGES")
        .default([], "the public ones")
        .argParser(image),
    )
    .addOption(
      new Option(
        "--chart <path>",
        "Coder's chart: a folder, an archive, or a URL (default: Coder's repository)",
      ).env("REFBENCH_CHART"),
    )
    .addOption(
      new Option(
        "--database-url-secret <name>",
        "an empty Postgres of your own: namespace/name of the Secret with its URL under url, or namespace/name:key; you drop its tables yourself",
      )
        .env("REFBENCH_DATABASE_URL_SECRET")
        .argParser(databaseUrlSecret),
    );
}

/** `--kubeconfig`. */
export function kubeconfigOption(): Option {
  return new Option(
    "--kubeconfig <file>",
    "the kubeconfig of your cluster (default: the one file of KUBECONFIG, else ~/.kube/config)",
  ).env("REFBENCH_KUBECONFIG");
}

/** `--context`. */
export function contextOption(): Option {
  return new Option(
    "--context <name>",
    "the context of the kubeconfig; the current one is never used unless it is named",
  ).env("REFBENCH_CONTEXT");
}

/**
 * Returns what the flags say of the user's own cluster. Other architectures refuse a flag and ignore a variable. So
 * does a rehearsal, which asks no cluster.
 */
export function ownClusterOf(
  architecture: string,
  rehearse: boolean,
  flags: OwnClusterFlags,
  command: Pick<Command, "getOptionValueSource">,
): { readonly ownCluster?: OwnClusterRequest } {
  const given = Object.entries(FLAGS).find(([name]) => command.getOptionValueSource(name) === "cli")?.[1];
  const refuse = (why: string): never => {
    throw new RefbenchError("usage", `${given ?? ""} ${why}`);
  };
  if (getArchitecture(architecture).carriedBy !== "own-cluster") {
    if (given !== undefined)
      refuse(`is for a cluster of your own, which ${architecture} does not use: remove it`);
    return {};
  }
  if (rehearse) {
    if (given !== undefined)
      refuse("cannot be combined with --rehearse, which asks no cluster: remove one of the two");
    return {};
  }
  const { kubeconfig, context, storageClass, chart, databaseUrlSecret: secret } = flags;
  return {
    ownCluster: {
      ...optional({ kubeconfig, context, storageClass, chart }),
      ...(flags.nodeSelector.length === 0 ? {} : { nodeSelector: Object.fromEntries(flags.nodeSelector) }),
      ...(flags.image.length === 0 ? {} : { images: Object.fromEntries(flags.image) }),
      ...(secret === undefined ? {} : { databaseUrlSecret: secret }),
    },
  };
}

/** An empty variable counts as not set. */
function optional<Name extends string>(
  values: Readonly<Record<Name, string | undefined>>,
): Partial<Record<Name, string>> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(given) as Partial<Record<Name, string>>;
}

type Pairs<Key> = readonly (readonly [Key, string])[];

function nodeSelector(text: string, all: Pairs<string>): Pairs<string> {
  // A label's value may be empty.
  return gather(text, all, /^(?<key>[\w./-]+)=(?<value>[\w.-]*)$/, {
    flag: "--node-selector",
    expected: "a label such as kubernetes.io/arch=amd64",
  });
}

function image(text: string, all: Pairs<ImageRole>): Pairs<ImageRole> {
  const role = IMAGE_ROLES.join("|");
  // With a tag or a digest, so that a reader of the record knows what ran.
  const found = gather(
    text,
    all,
    new RegExp(`^(?<key>${role})=(?<value>[\\w./:-]+(:[\\w.-]+|@sha256:[0-9a-f]{64}))$`),
    {
      flag: "--image",
      expected: `<role>=<image>:<tag> with one of the roles ${IMAGE_ROLES.join(", ")}`,
    },
  );
  return found as Pairs<ImageRole>;
}

function gather(
  text: string,
  all: Pairs<string>,
  pattern: RegExp,
  { flag, expected }: { readonly flag: string; readonly expected: string },
): Pairs<string> {
  const pairs = text.split(",").map((part): readonly [string, string] => {
    const { key, value } = pattern.exec(part)?.groups ?? {};
    if (key !== undefined && value !== undefined) return [key, value];
    throw new RefbenchError("usage", `${flag} is "${part}", expected ${expected}`);
  });
  const whole = [...all, ...pairs];
  const twice = whole.find(([key], index) => whole.findIndex(([other]) => other === key) !== index);
  if (twice !== undefined)
    throw new RefbenchError("usage", `${flag} names ${twice[0]} twice: expected it once`);
  return whole;
}

function databaseUrlSecret(text: string): NonNullable<OwnClusterRequest["databaseUrlSecret"]> {
  const {
    namespace,
    name,
    key = "url",
  } = /^(?<namespace>[a-z0-9-]+)\/(?<name>[a-z0-9.-]+)(:(?<key>[\w.-]+))?$/.exec(text)?.groups ?? {};
  if (namespace !== undefined && name !== undefined) return { namespace, name, key };
  throw new RefbenchError(
    "usage",
    `--database-url-secret is "${text}", expected a Secret as namespace/name or namespace/name:key`,
  );
}
