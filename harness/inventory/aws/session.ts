import type { Clock } from "../../tools/time/clock.ts";
import { startDeadline } from "../../tools/time/deadline.ts";
import { type Try, retry } from "../../tools/time/retry.ts";
import { classOf } from "./failure.ts";

/** A command of the SDK, as far as this adapter looks into it. */
export interface AwsCommand {
  readonly input: object;
}

/** What a command answers: the type that its handler resolves to. */
export type AwsOutput<C> = C extends {
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }>;
}
  ? Output
  : never;

/** What the adapter needs of a client of the SDK; a test's fake answers the same. */
export interface AwsClient {
  send(command: AwsCommand, options: { readonly abortSignal: AbortSignal }): Promise<object>;
}

/** The services whose clients the adapter uses. */
export type AwsService =
  | "autoscaling"
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

/** A resource that carries a tag of ours, by the Tagging API: it may be gone already. */
export interface TaggedHit {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** One pass of questions, with one deadline: what the calls of every kind are made with. */
export interface AwsSession {
  readonly account: string;
  readonly region: string;
  /** What the Tagging API found before the direct calls, for services that list no tags. */
  readonly hits: readonly TaggedHit[];
  send<C extends AwsCommand>(service: AwsService, command: C): Promise<AwsOutput<C>>;
}

/** How often a call is made when AWS asks for patience, and how long it is waited in between. */
const TRIES = 6;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** For a whole answer, body included: the SDK's own timeouts are for its head. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Sends commands, patient with throttling and failures that pass; any other refusal is thrown as it came. */
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
      // One of its own for each call: the SDK leaves listeners on a signal that many share.
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
