import type { AwsSession } from "../../aws/session.ts";
import { awsFailureText } from "../../aws/failure.ts";
import { type Check, failed, passed, unknown } from "../check.ts";
import { type Need, needOf, needWords } from "../need.ts";
import type { AwsContext } from "./context.ts";
import { addressesInUse, gp3InUse, vcpusInUse, vpcsInUse } from "./usage.ts";

/** One of AWS's quotas with what an environment takes of it. */
interface QuotaNeed {
  readonly service: "ec2" | "ebs" | "vpc";
  /** AWS knows a quota by this; its name is for people. */
  readonly code: string;
  readonly what: string;
  readonly need: number;
  readonly inUse: (aws: Pick<AwsSession, "send">) => Promise<number>;
}

const GIB_PER_TIB = 1_024;

/** The need in AWS's quotas, each of a region. */
export function awsQuotaNeeds({ vcpus, ssdGib, standardGib }: Need): readonly QuotaNeed[] {
  return [
    {
      service: "ec2",
      code: "L-1216C47A",
      what: "vCPUs of standard on-demand instances",
      // Every family of the sizes is a standard one.
      need: Object.values(vcpus).reduce((sum, count) => sum + count, 0),
      inUse: vcpusInUse,
    },
    {
      service: "ebs",
      code: "L-7A658B76",
      what: "TiB of gp3 volumes",
      // Nodes' disks and homes alike; a database's disk has a quota of its own.
      need: (ssdGib + standardGib) / GIB_PER_TIB,
      inUse: async (aws) => (await gp3InUse(aws)) / GIB_PER_TIB,
    },
    // AWS's NAT gateway keeps the one address that the stack gives it.
    { service: "ec2", code: "L-0263D0A3", what: "Elastic IP addresses", need: 1, inUse: addressesInUse },
    { service: "vpc", code: "L-F678F1CE", what: "VPCs", need: 1, inUse: vpcsInUse },
  ];
}

/** Room for the whole environment at once, whoever else uses the account. */
export const awsQuotaCheck: Check<AwsContext> = {
  name: "quota",
  fix: ({ architecture: { region } }) =>
    `ask for more at https://${region}.console.aws.amazon.com/servicequotas/home, or take a smaller --size`,
  after: ["identity"],
  run: async ({ architecture, size, send }, signal) => {
    const { region } = architecture;
    const need = needOf(architecture, size.figures);
    const answers = await Promise.all(
      awsQuotaNeeds(need).map(async (quota) => answerOf(quota, { send: send(signal) }, { region, signal })),
    );
    const short = answers.filter(({ state }) => state === "short");
    if (short.length > 0) {
      const fixes = short.flatMap(({ fix }) => (fix === undefined ? [] : [fix]));
      return failed(short.map(({ words }) => words).join("; "), fixes.join("; "));
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

/** A quota that cannot be read, or whose use cannot, is not known; but one below the need itself is too small. */
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

/** The number, or in words why there is none. */
async function asked(signal: AbortSignal, ask: () => Promise<number | undefined>): Promise<number | string> {
  try {
    return (await ask()) ?? "not said by AWS";
  } catch (error) {
    signal.throwIfAborted();
    return `not said by AWS: ${awsFailureText(error)}`;
  }
}

function shown(count: number): string {
  return String(Math.round(count * 10) / 10);
}
