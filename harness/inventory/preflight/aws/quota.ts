import { needOf, needWords } from "../../../../reference-architectures/quota/need.ts";
import { type AwsQuota, awsQuotas } from "../../../../reference-architectures/quota/quota.ts";
import type { AwsSession } from "../../aws/session.ts";
import { awsFailureText } from "../../aws/failure.ts";
import { type Check, failedCheck, passed, unknown } from "../check.ts";
import type { AwsContext } from "./context.ts";
import { addressesInUse, gp3InUse, vcpusInUse, vpcsInUse } from "./usage.ts";

type Usage = (aws: Pick<AwsSession, "send">) => Promise<number>;

/** How much of each quota the account uses already. */
const IN_USE: Readonly<Record<AwsQuota["code"], Usage>> = {
  "L-1216C47A": vcpusInUse,
  "L-7A658B76": async (aws) => (await gp3InUse(aws)) / GIB_PER_TIB,
  "L-0263D0A3": addressesInUse,
  "L-F678F1CE": vpcsInUse,
};

const GIB_PER_TIB = 1_024;

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
      awsQuotas(need).map(async (quota) => answerOf(quota, { send: send(signal) }, { region, signal })),
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
  { service, code, what, need }: AwsQuota,
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
    asked(signal, () => IN_USE[code](aws)),
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
