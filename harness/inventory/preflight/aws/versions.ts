import { classOf, awsFailureText } from "../../aws/failure.ts";
import { type Check, type CheckOutcome, failedCheck, passed, skipped, unknown } from "../check.ts";
import { needOf } from "../../../../reference-architectures/quota/need.ts";
import type { AwsContext } from "./context.ts";

/** Checks that the Kubernetes version is in standard support; extended support costs six times as much. */
export const awsKubernetesVersionCheck: Check<AwsContext> = {
  name: "kubernetes-version",
  fix: ({ architecture }) => `aws eks describe-cluster-versions --region ${architecture.region}`,
  after: ["identity"],
  run: async ({ size, send }, signal) => {
    const wanted = size.figures.kubernetesVersion;
    if (wanted === undefined) return skipped("the environment has no cluster");
    const { DescribeClusterVersionsCommand } = await import("@aws-sdk/client-eks");
    return asked(signal, async () => {
      const { clusterVersions = [] } = await send(signal)("eks", new DescribeClusterVersionsCommand({}));
      const status = clusterVersions.find((one) => one.clusterVersion === wanted)?.versionStatus;
      if (status === "STANDARD_SUPPORT") return passed(`${wanted} is in standard support`);
      const standard = clusterVersions
        .filter(({ versionStatus }) => versionStatus === "STANDARD_SUPPORT")
        .map(({ clusterVersion }) => clusterVersion ?? "");
      const [first = "<version>"] = standard;
      return failedCheck(
        `${wanted} is ${status ?? "not offered"}; versions in standard support: ${standard.join(", ")}`,
        `--set kubernetesVersion=${first}`,
      );
    });
  },
};

/** Checks that RDS offers the Postgres version. */
export const awsPostgresVersionCheck: Check<AwsContext> = {
  name: "postgres-version",
  fix: ({ architecture }) =>
    `aws rds describe-db-engine-versions --engine postgres --region ${architecture.region}`,
  after: ["identity"],
  run: async ({ size, send }, signal) => {
    const { kind, version } = size.figures.database;
    if (kind !== "rds") return skipped("Postgres does not run in RDS");
    const wanted = version.replace("POSTGRES_", "");
    const { DescribeDBEngineVersionsCommand } = await import("@aws-sdk/client-rds");
    return asked(signal, async () => {
      const { DBEngineVersions = [] } = await send(signal)(
        "rds",
        new DescribeDBEngineVersionsCommand({
          Engine: "postgres",
          DBParameterGroupFamily: `postgres${wanted}`,
        }),
      );
      const [first] = DBEngineVersions;
      if (first === undefined) return failedCheck(`RDS has no Postgres ${wanted}`);
      return passed(`RDS offers Postgres ${wanted}, such as ${first.EngineVersion ?? wanted}`);
    });
  },
};

/** Checks every machine type in the zone, because not every zone of a region has all of them. */
export const awsMachineTypesCheck: Check<AwsContext> = {
  name: "machine-types",
  fix: ({ architecture }) =>
    `aws ec2 describe-instance-type-offerings --location-type availability-zone --filters Name=location,Values=${architecture.zone} --region ${architecture.region}`,
  after: ["identity"],
  run: async ({ architecture, size, generators, send }, signal) => {
    const types = needOf(architecture, size.figures, generators).machineTypes;
    const { DescribeInstanceTypeOfferingsCommand } = await import("@aws-sdk/client-ec2");
    return asked(signal, async () => {
      const { InstanceTypeOfferings = [] } = await send(signal)(
        "ec2",
        new DescribeInstanceTypeOfferingsCommand({
          LocationType: "availability-zone",
          Filters: [
            { Name: "location", Values: [architecture.zone] },
            { Name: "instance-type", Values: [...types] },
          ],
        }),
      );
      const offered = new Set<string | undefined>(
        InstanceTypeOfferings.map(({ InstanceType }) => InstanceType),
      );
      const missing = types.filter((type) => !offered.has(type));
      if (missing.length > 0) return failedCheck(`${architecture.zone} does not offer ${missing.join(", ")}`);
      return passed(`${architecture.zone} offers ${types.join(", ")}`);
    });
  },
};

/** Runs a query. A refusal makes the result unknown; if the requested item does not exist, the check fails. */
async function asked(signal: AbortSignal, ask: () => Promise<CheckOutcome>): Promise<CheckOutcome> {
  try {
    return await ask();
  } catch (error) {
    signal.throwIfAborted();
    return classOf(error) === "gone"
      ? failedCheck(awsFailureText(error))
      : unknown(`AWS does not report it: ${awsFailureText(error)}`);
  }
}
