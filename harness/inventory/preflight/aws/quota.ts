import type { AwsSession } from "../../aws/session.ts";
import { awsFailureText } from "../../aws/failure.ts";
import { type Check, failedCheck, passed, unknown } from "../check.ts";
import { type Need, needOf, needWords } from "../need.ts";
import type { AwsContext } from "./context.ts";
import { addressesInUse, gp3InUse, vcpusInUse, vpcsInUse } from "./usage.ts";

/** One AWS quota, and how much of it an environment needs. */
interface QuotaNeed {
  readonly service: "ec2" | "ebs" | "vpc";
  /** AWS's id of the quota; `what` is its display name. */
  readonly code: string;
  readonly what: string;
  readonly need: number;
  readonly inUse: (aws: Pick<AwsSession, "send">) => Promise<number>;
}

const GIB_PER_TIB = 1_024;

/** Converts the need into AWS's regional quotas. */
export function awsQuotaNeeds({ vcpus, ssdGib, standardGib }: Need): readonly QuotaNeed[] {
  return [
    {
      service: "ec2",
      code: "L-1216C47A",
      what: "vCPUs of standard on-demand instances",
      // All machine types of the sizes are in standard families.
      need: Object.values(vcpus).reduce((sum, count) => sum + count, 0),
      inUse: vcpusInUse,
    },
    {
      service: "ebs",
      code: "L-7A658B76",
      what: "TiB of gp3 volumes",
      // Nodes' disks and home volumes. A database's disk has a separate quota.
      need: (ssdGib + standardGib) / GIB_PER_TIB,
      inUse: async (aws) => (await gp3InUse(aws)) / GIB_PER_TIB,
    },
    // AWS's NAT gateway keeps the single address that the stack assigns.
    { service: "ec2", code: "L-0263D0A3", what: "Elastic IP addresses", need: 1, inUse: addressesInUse },
    { service: "vpc", code: "L-F678F1CE", what: "VPCs", need: 1, inUse: vpcsInUse },
  ];
}

/** Checks that the whole environment fits into the quotas, with the account's other use. */
export const awsQuotaCheck: Check<AwsContext> = {
  name: "quota",
  fix: ({ architecture: { region } }) =>
    `request an increase at https://${region}.console.aws.amazon.com/servicequotas/home, or use a smaller --size`,
  after: ["identity"],
  run: async ({ architecture, size, generators, send }, signal) => {
    const { region } = architecture;
    const need = needOf(architecture, size.figures, generators);
    const answers = await Promise.all(
      awsQuotaNeeds(need).map(async (quota) => answerOf(quota, { send: send(signal) }, { region, signal })),
    );
    const short = answers.filter(({ state }) => state === "short");
    if (short.length > 0) {
      const fixes = short.flatMap(({ fix }) => (fix === undefined ? [] : [fix]));
      return failedCheck(short.map(({ words }) => words).join("; "), fixes.join("; "));
    }
    const unasked = answers.filter(({ state }) => state === "unknown");
    if (unasked.length === 0) return passed(`room for ${needWords(need)}`);
    return unknown(
      `needed: ${needWords(need)}; ${unasked.map(({ words }) => words).join("; ")}`,
      unasked.map(({ fix }) => fix).join("; "),
    );
  },
};

interface Answer {
  readonly state: "enough" | "short" | "unknown";
  readonly words: string;
  readonly fix?: string;
}

/** Compares a quota with the need. If its use is unknown, a quota below the need alone is still too small. */
async function answerOf(
  { service, code, what, need, inUse }: QuotaNeed,
  aws: Pick<AwsSession, "send">,
  { region, signal }: { readonly region: string; readonly signal: AbortSignal },
): Promise<Answer> {
  const of = `--service-code ${service} --quota-code ${code} --region ${region}`;
  const look = `aws service-quotas get-service-quota ${of}`;
  const { GetServiceQuotaCommand } = await import("@aws-sdk/client-service-quotas");
  const [limit, used] = await Promise.all([
    asked(signal, async () => {
      const command = new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code });
      return (await aws.send("quotas", command)).Quota?.Value;
    }),
    asked(signal, () => inUse(aws)),
  ]);
  if (typeof limit === "string") return { state: "unknown", words: `${what}: quota ${limit}`, fix: look };
  const least = typeof used === "string" ? 0 : used;
  if (limit - least < need) {
    const desired = Math.ceil(least + need);
    return {
      state: "short",
      words: `${what} in ${region}: ${shown(need)} needed, ${shown(Math.max(0, limit - least))} of ${shown(limit)} free`,
      fix: `aws service-quotas request-service-quota-increase ${of} --desired-value ${desired}`,
    };
  }
  if (typeof used === "string")
    return { state: "unknown", words: `${what}: use of the ${shown(limit)} ${used}`, fix: look };
  return { state: "enough", words: what };
}

/** Returns the number, or why it is unknown. */
async function asked(signal: AbortSignal, ask: () => Promise<number | undefined>): Promise<number | string> {
  try {
    return (await ask()) ?? "not reported by AWS";
  } catch (error) {
    signal.throwIfAborted();
    return `not reported by AWS: ${awsFailureText(error)}`;
  }
}

function shown(count: number): string {
  return String(Math.round(count * 10) / 10);
}
