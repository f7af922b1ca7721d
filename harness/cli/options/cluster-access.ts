import { isIPv4 } from "node:net";
import { Option, type Command } from "commander";
import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { RunRequest } from "../../pipeline/making/make-run.ts";

/** The flags that say who reaches an EKS cluster's API. */
export interface ClusterAccessFlags {
  readonly clusterCidr: readonly string[];
  readonly clusterAdmin: readonly string[];
}

/** Adds these flags. Their variables are also those of a manual environment: lists with commas. */
export function addClusterAccessOptions(command: Command): Command {
  return command.addOption(clusterCidrOption()).addOption(
    new Option(
      "--cluster-admin <arn>",
      "EKS: a user or role that may enter the cluster beside who deploys; repeatable",
    )
      .env("REFBENCH_CLUSTER_ADMINS")
      .default([], "nobody")
      .argParser(
        gather("--cluster-admin", isPrincipal, "an ARN such as arn:aws:iam::123456789012:role/human"),
      ),
  );
}

/** From where the cluster's API is reached. */
export function clusterCidrOption(): Option {
  return new Option(
    "--cluster-cidr <range>",
    "EKS: reach the cluster's API from these addresses only, this machine's among them; repeatable",
  )
    .env("REFBENCH_CLUSTER_CIDRS")
    .default([], "anywhere")
    .argParser(gather("--cluster-cidr", isRange, "an IPv4 range such as 198.51.100.0/24"));
}

/** Other identities and addresses that reach the cluster. Without an EKS cluster a flag is refused and a variable ignored. */
export function clusterAccessOf(
  architecture: string,
  { clusterCidr, clusterAdmin }: ClusterAccessFlags,
  command: Pick<Command, "getOptionValueSource">,
): Pick<RunRequest, "clusterAccess"> {
  const given = Object.entries({ clusterCidr: "--cluster-cidr", clusterAdmin: "--cluster-admin" }).find(
    ([name]) => command.getOptionValueSource(name) === "cli",
  )?.[1];
  if (getArchitecture(architecture).carriedBy !== "eks") {
    if (given === undefined) return {};
    throw new RefbenchError("usage", `${given} is for EKS clusters, and ${architecture} has none: remove it`);
  }
  if (clusterCidr.length + clusterAdmin.length === 0) return {};
  return { clusterAccess: { admins: [...clusterAdmin], cidrs: [...clusterCidr] } };
}

function gather(
  flag: string,
  isRight: (value: string) => boolean,
  expected: string,
): (text: string, all: readonly string[]) => readonly string[] {
  return (text, all) => {
    const values = text.split(",").filter((part) => part !== "");
    const wrong = values.find((value) => !isRight(value));
    if (wrong !== undefined || values.length === 0)
      throw new RefbenchError("usage", `${flag} is "${wrong ?? text}", expected ${expected}`);
    return [...all, ...values];
  };
}

function isRange(text: string): boolean {
  const [, address = "", bits] = /^(.+)\/(\d{1,2})$/.exec(text) ?? [];
  return isIPv4(address) && Number(bits) <= 32;
}

function isPrincipal(text: string): boolean {
  return /^arn:aws[\w-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/.test(text);
}
