import { pipeline, Readable, Transform, type TransformCallback } from "node:stream";
import { AnswerTooLargeError } from "../../tools/exchange.ts";

/** The part of an SDK client that gives access to its answers. */
interface SdkClient {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: never) => Promise<{ readonly response: unknown }>,
      ) => (args: never) => Promise<{ readonly response: unknown }>,
      options: { readonly step: "deserialize"; readonly priority: "low" },
    ): void;
  };
}

/** Aborts answers that are larger than this many bytes. The SDK itself reads every answer to its end. */
export function boundAnswers<C extends object>(client: C, maxBytes: number): C {
  // Nearest to the network, before the SDK reads the answer.
  (client as unknown as SdkClient).middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body?: unknown; readonly statusCode?: number };
      if (response.body instanceof Readable) {
        const bounded = new UpTo(maxBytes, response.statusCode ?? 0);
        // An error at either end reaches the reader of the other end.
        response.body = pipeline(response.body, bounded, () => undefined);
      }
      return result;
    },
    { step: "deserialize", priority: "low" },
  );
  return client;
}

class UpTo extends Transform {
  readonly #maxBytes: number;
  readonly #status: number;
  #bytes = 0;

  constructor(maxBytes: number, status: number) {
    super();
    this.#maxBytes = maxBytes;
    this.#status = status;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) done(new AnswerTooLargeError(this.#status, this.#maxBytes));
    else done(null, chunk);
  }
}
