import { MAX_BODY_BYTES } from "../../tools/exchange.ts";
import { boundAnswers } from "./bound-answers.ts";
import type { AwsClient, AwsService } from "./session.ts";

/** Region, endpoint and credentials of a client. */
interface ClientConfig {
  readonly region: string;
  /** The SDK does not retry: this adapter has one policy, with a clock that tests move. */
  readonly maxAttempts: 1;
  /** Without `throwOnRequestTimeout`, the SDK only warns about a missing answer. */
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
  readonly endpoint?: string;
  readonly profile?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** One import for each service, so that a run loads only the clients that it uses. */
const load: Record<AwsService, (config: ClientConfig) => Promise<AwsClient>> = {
  autoscaling: async (config) => new (await import("@aws-sdk/client-auto-scaling")).AutoScalingClient(config),
  cloudwatch: async (config) => new (await import("@aws-sdk/client-cloudwatch")).CloudWatchClient(config),
  ec2: async (config) => new (await import("@aws-sdk/client-ec2")).EC2Client(config),
  eks: async (config) => new (await import("@aws-sdk/client-eks")).EKSClient(config),
  elb: async (config) =>
    new (await import("@aws-sdk/client-elastic-load-balancing")).ElasticLoadBalancingClient(config),
  elbv2: async (config) =>
    new (await import("@aws-sdk/client-elastic-load-balancing-v2")).ElasticLoadBalancingV2Client(config),
  iam: async (config) => new (await import("@aws-sdk/client-iam")).IAMClient(config),
  kms: async (config) => new (await import("@aws-sdk/client-kms")).KMSClient(config),
  logs: async (config) => new (await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogsClient(config),
  quotas: async (config) => new (await import("@aws-sdk/client-service-quotas")).ServiceQuotasClient(config),
  rds: async (config) => new (await import("@aws-sdk/client-rds")).RDSClient(config),
  sts: async (config) => new (await import("@aws-sdk/client-sts")).STSClient(config),
  tagging: async (config) =>
    new (await import("@aws-sdk/client-resource-groups-tagging-api")).ResourceGroupsTaggingAPIClient(config),
};

/** The suffix of each service's `AWS_ENDPOINT_URL_…`, which is the same in all SDKs. */
const ENDPOINT_SUFFIX: Record<AwsService, string> = {
  autoscaling: "AUTO_SCALING",
  cloudwatch: "CLOUDWATCH",
  ec2: "EC2",
  eks: "EKS",
  elb: "ELASTIC_LOAD_BALANCING",
  elbv2: "ELASTIC_LOAD_BALANCING_V2",
  iam: "IAM",
  kms: "KMS",
  logs: "CLOUDWATCH_LOGS",
  quotas: "SERVICE_QUOTAS",
  rds: "RDS",
  sts: "STS",
  tagging: "RESOURCE_GROUPS_TAGGING_API",
};

/**
 * Returns clients of the real SDK, with the endpoint and credentials that `env` names. Each is created on its first
 * use.
 */
export function sdkClients(
  region: string,
  env: NodeJS.ProcessEnv,
): (service: AwsService) => Promise<AwsClient> {
  // The SDK is pinned, so a warning about the Node version of later releases does not concern users.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const made = new Map<AwsService, Promise<AwsClient>>();
  return (service) => {
    const known = made.get(service);
    if (known !== undefined) return known;
    const client = load[service](configOf(service, region, env)).then((one) =>
      boundAnswers(one, MAX_BODY_BYTES),
    );
    made.set(service, client);
    return client;
  };
}

function configOf(service: AwsService, region: string, env: NodeJS.ProcessEnv): ClientConfig {
  const endpoint =
    env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] === "true"
      ? undefined
      : (env[`AWS_ENDPOINT_URL_${ENDPOINT_SUFFIX[service]}`] ?? env["AWS_ENDPOINT_URL"]);
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  return {
    region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
    ...(endpoint !== undefined && endpoint !== "" && { endpoint }),
    ...(AWS_PROFILE !== undefined && { profile: AWS_PROFILE }),
    // A named profile outranks keys, as in the SDK's own chain.
    ...(AWS_PROFILE === undefined &&
      AWS_ACCESS_KEY_ID !== undefined &&
      AWS_SECRET_ACCESS_KEY !== undefined && {
        credentials: {
          accessKeyId: AWS_ACCESS_KEY_ID,
          secretAccessKey: AWS_SECRET_ACCESS_KEY,
          ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
        },
      }),
  };
}
