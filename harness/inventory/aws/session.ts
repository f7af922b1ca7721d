import type { Clock } from "../../tools/time/clock.ts";
import { startDeadline } from "../../tools/time/deadline.ts";
import { type Try, retry } from "../../tools/time/retry.ts";
import { classOf } from "./failure.ts";

/** The part of an SDK command that this adapter uses. */
export interface AwsCommand {
  readonly input: object;
}

/** The type of a command's answer. */
export type AwsOutput<C> = C extends {
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }>;
}
  ? Output
  : never;

/** The part of an SDK client that the adapter uses, and that fakes of tests implement. */
export interface AwsClient {
  send(command: AwsCommand, options: { readonly abortSignal: AbortSignal }): Promise<object>;
}

/** The services whose clients the adapter uses. */
export type AwsService =
  | "autoscaling"
  | "cloudwatch"
  | "ec2"
  | "eks"
  | "elb"
  | "elbv2"
  | "iam"
  | "kms"
  | "logs"
  | "quotas"
  | "rds"
  | "sts"
  | "tagging";

/** A resource with a tag of ours, by the Tagging API. It may already be deleted. */
export interface TaggedHit {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** One pass over all kinds, with one deadline, for the calls of every kind. */
export interface AwsSession {
  readonly account: string;
  readonly region: string;
  /** Hits of the Tagging API before the direct calls, for services whose lists have no tags. */
  readonly hits: readonly TaggedHit[];
  send<C extends AwsCommand>(service: AwsService, command: C): Promise<AwsOutput<C>>;
}

/** How often a throttled call is made, and the waits in between. */
const TRIES = 6;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** For a complete answer with its body. The SDK's own timeouts end with the head. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Sends commands, and retries throttled calls and temporary failures. Throws any other refusal unchanged. */
export function patientSend(options: {
  readonly client: (service: AwsService) => Promise<AwsClient>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): AwsSession["send"] {
  const { client, clock, signal } = options;
  const patience = {
    clock,
    signal,
    firstWaitMs: FIRST_PAUSE_MS,
    longestWaitMs: LONGEST_PAUSE_MS,
    tries: TRIES,
  };
  return async <C extends AwsCommand>(service: AwsService, command: C) => {
    type Tried = { readonly output: AwsOutput<C> } | { readonly error: unknown };
    const attempt = async (): Promise<Try<Tried>> => {
      signal.throwIfAborted();
      // A separate signal for each call, because the SDK leaves listeners on a shared one.
      const deadline = startDeadline(ANSWER_TIMEOUT_MS, signal);
      try {
        const sent = (await client(service)).send(command, { abortSignal: deadline.signal });
        return { outcome: { output: (await sent) as AwsOutput<C> }, mayPass: false };
      } catch (error) {
        signal.throwIfAborted();
        const kind = classOf(error);
        const mayPass = kind === "throttled" || kind === "transient" || deadline.isOver();
        return { outcome: { error: deadline.isOver() ? deadline.signal.reason : error }, mayPass };
      } finally {
        deadline.release();
      }
    };
    const outcome = await retry(attempt, patience);
    if ("error" in outcome) throw outcome.error;
    return outcome.output;
  };
}
