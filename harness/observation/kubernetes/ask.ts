import type { ClusterAccess } from "../../kubernetes/access.ts";
import { type BytesAnswer, readBytes, type ReadBytesOptions } from "../../kubernetes/read-bytes.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** A question of a sample may take this long. A sample that waits longer has no value. */
const SAMPLE_QUESTION_MS = 3_000;
/** Pods of a namespace, a kubelet's report, or the metrics of a server. */
const MOST_ANSWER_BYTES = 16 * 2 ** 20;

/** The right that a question needs, in the words of a rule. */
export interface NeededRight {
  readonly verb: "get" | "list";
  readonly resource: string;
}

/** A question that has no answer. The message is for people. */
export class NoAnswerError extends Error {
  /** Whether the right is missing, so that asking again is useless. */
  readonly isDenied: boolean;
  /** Whether the thing has gone, such as a pod. */
  readonly isGone: boolean;

  constructor(message: string, state: BytesAnswer["state"]) {
    super(message);
    this.isDenied = state === "denied";
    this.isGone = state === "gone";
  }
}

/** Asks a cluster's API, and counts what that costs the deployment. */
export class Asking {
  readonly #access: ClusterAccess;
  questions = 0;
  bytes = 0;

  constructor(access: ClusterAccess) {
    this.#access = access;
  }

  /** Returns what was counted since the last call. */
  takeCost(): { readonly questions: number; readonly bytes: number } {
    const cost = { questions: this.questions, bytes: this.bytes };
    this.questions = 0;
    this.bytes = 0;
    return cost;
  }

  /** @throws NoAnswerError */
  async json(
    path: string,
    right: NeededRight,
    signal: AbortSignal,
    timeoutMs = SAMPLE_QUESTION_MS,
  ): Promise<unknown> {
    const bytes = await this.read(path, right, { signal, timeoutMs });
    try {
      return parseJson(bytes.toString());
    } catch (cause) {
      throw new Error("the answer is not valid JSON", { cause });
    }
  }

  /** @throws NoAnswerError */
  async read(
    path: string,
    right: NeededRight,
    options: Pick<ReadBytesOptions, "signal"> & Partial<ReadBytesOptions>,
  ): Promise<Buffer> {
    this.questions++;
    const answer = await readBytes(this.#access, path, {
      ...{ timeoutMs: SAMPLE_QUESTION_MS, maxBytes: MOST_ANSWER_BYTES },
      ...options,
    });
    this.bytes += answer.state === "ok" ? answer.bytes.length : answer.length;
    if (answer.state === "ok") return answer.bytes;
    const { verb, resource } = right;
    // The server's own words name the user, which nobody needs to read in a record.
    const reason =
      answer.state === "denied" ? `not granted: it needs the verb ${verb} on ${resource}` : answer.reason;
    throw new NoAnswerError(reason, answer.state);
  }
}
