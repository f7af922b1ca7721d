import type { Clock } from "../../tools/time/clock.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type {
  Inventory,
  InventoryAnswer,
  InventoryItem,
  RemoveOutcome,
} from "../../model/ports/inventory.ts";
import type { RunId } from "../../model/run-id.ts";
import { isOfRun, refuseRemoval } from "../../model/cloud/run-mark.ts";
import { sdkClients } from "./clients.ts";
import { isMadeByAwsController } from "./cluster-tags.ts";
import { classOf, awsFailureText } from "./failure.ts";
import { callsOf } from "./kind-calls.ts";
import { AWS_KIND_NAMES, isAwsKind, removalRank } from "./kinds.ts";
import { listKinds } from "./list-kinds.ts";
import type { Listed } from "./list-kinds.ts";
import { owned } from "./ownership.ts";
import type { Owned } from "./ownership.ts";
import { patientSend } from "./session.ts";
import type { AwsClient, AwsService, AwsSession, TaggedHit } from "./session.ts";

export interface AwsInventoryOptions {
  /** Twelve digits. Credentials of any other account are refused. */
  readonly account: string;
  readonly region: string;
  /**
   * @default the real SDK, configured by `env`
   */
  readonly clients?: (service: AwsService) => Promise<AwsClient>;
  /**
   * Endpoint, profile and keys, in the SDK's own variables.
   * @default process.env
   */
  readonly env?: NodeJS.ProcessEnv;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** The inventory of one account and region, as AWS lists it. Items are in the order of removal. */
export function awsInventory(options: AwsInventoryOptions): Inventory {
  const { account, region, env = process.env, clock = systemClock } = options;
  const client = options.clients ?? sdkClients(region, env);
  const session = (signal: AbortSignal, hits: readonly TaggedHit[] = []): AwsSession => ({
    account,
    region,
    hits,
    send: patientSend({ client, clock, signal }),
  });
  // Every list checks the identity again. A removal uses the last answer, because its item came from such a list.
  let confirmed = false;
  const confirm = async (aws: AwsSession): Promise<void> => {
    const { assertAccount } = await import("./identity.ts");
    await assertAccount(aws);
    confirmed = true;
  };
  const scope = `AWS account ${account}, region ${region}`;
  return {
    list: async ({ runId }, signal) => {
      try {
        confirmed = false;
        await confirm(session(signal));
        return await ask(session, { scope, region, signal, ...(runId !== undefined && { runId }) });
      } catch (error) {
        signal.throwIfAborted();
        return { state: "failed", scope, reason: awsFailureText(error), partial: [] };
      }
    },
    remove: async (item, signal) => {
      try {
        const aws = session(signal);
        if (!confirmed) await confirm(aws);
        return await remove(aws, item);
      } catch (error) {
        signal.throwIfAborted();
        return refused(error);
      }
    },
  };
}

async function ask(
  session: (signal: AbortSignal, hits?: readonly TaggedHit[]) => AwsSession,
  query: {
    readonly scope: string;
    readonly region: string;
    readonly signal: AbortSignal;
    readonly runId?: RunId;
  },
): Promise<InventoryAnswer> {
  const { scope, region, signal, runId } = query;
  const { taggedHits, unlistedHits } = await import("./tagged.ts");
  const hits = await taggedHits(session(signal));
  const { found, failures } = await listKinds(session(signal, hits));
  signal.throwIfAborted();
  const items = owned([...found, ...unlistedHits(hits)])
    .filter(({ mark }) => isOfRun(mark, runId))
    .map((one) => asItem(one, region, runId))
    .sort((one, other) => removalRank(one.kind) - removalRank(other.kind) || compare(one.id, other.id));
  return failures.size === 0
    ? { state: "complete", scope, kinds: [...AWS_KIND_NAMES, "anything that carries bench-run"], items }
    : { state: "failed", scope, reason: reasonOf(failures), partial: items };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Groups kinds by AWS's reason. */
function reasonOf(failures: Listed["failures"]): string {
  const kinds = new Map<string, string[]>();
  for (const [kind, reason] of failures) kinds.set(reason, [...(kinds.get(reason) ?? []), kind]);
  return [...kinds].map(([reason, failed]) => `could not list ${failed.join(", ")}: ${reason}`).join("; ");
}

/** The query has the full id of its run, also where only names identify the run. */
function asItem(
  { found, labels, mark, ...one }: Owned,
  region: string,
  asked: RunId | undefined,
): InventoryItem {
  const runId = asked ?? one.runId;
  return {
    id: isAwsKind(found.kind) ? `${found.kind}/${found.native}` : found.native,
    kind: found.kind,
    name: found.name,
    location: found.kind.startsWith("aws_iam_") ? "global" : region,
    labels,
    ...(runId !== undefined && { runId }),
    ...(mark.doubt !== undefined && { doubtful: mark.doubt.reason }),
    ...(isMadeByAwsController(found) && { madeByController: true }),
    ...(found.createdAt !== undefined && { createdAt: found.createdAt }),
  };
}

async function remove(aws: AwsSession, item: InventoryItem): Promise<RemoveOutcome> {
  const refusal = refuseRemoval(item);
  if (refusal !== undefined) return { state: "denied", reason: refusal };
  if (!isAwsKind(item.kind)) {
    return {
      state: "denied",
      reason: `refbench has no delete call for ${item.kind}: delete ${item.id} manually`,
    };
  }
  await (await callsOf(item.kind)).remove(aws, item.id.slice(item.kind.length + 1));
  return { state: "removed" };
}

function refused(error: unknown): RemoveOutcome {
  if (error instanceof RefbenchError) return { state: "denied", reason: error.message };
  const state = classOf(error);
  if (state === "gone") return { state };
  return { state: state === "transient" ? "failed" : state, reason: awsFailureText(error) };
}
