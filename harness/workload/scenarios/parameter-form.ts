import type { RawData, WebSocket } from "ws";
import { closeSocket } from "../../coder/close-socket.ts";
import { type EvaluatedParameters, parameterForm } from "../../coder/http/schemas.ts";
import type { Transport } from "../../coder/http/transport.ts";
import type { FailureClass } from "../../model/record/worker-result.ts";
import { messageOf } from "../../tools/error.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { onSocketEnd } from "../context/socket-end.ts";

/** An answer of the form, or why there is none. */
export type FormAnswer =
  | { readonly form: EvaluatedParameters & { readonly id: number }; readonly atMs: number }
  | { readonly class: FailureClass; readonly message: string };

/** The form of a template version, as a browser opens it: Coder evaluates it anew after each change. */
export class ParameterForm {
  readonly #socket: WebSocket;
  readonly #answers: FormAnswer[] = [];
  #ended: FormAnswer | undefined;
  #onAnswer: () => void = () => undefined;

  /** Opens it for the owner of the token. A site admin may bypass the rate limit. */
  constructor(
    transport: Transport,
    form: { readonly versionId: string; readonly token: string; readonly bypassRateLimit: boolean },
  ) {
    this.#socket = transport.webSocket(
      `/api/v2/templateversions/${form.versionId}/dynamic-parameters`,
      form.token,
      { bypassRateLimit: form.bypassRateLimit },
    );
    onSocketEnd(transport, this.#socket, "the form", (failureClass, message) =>
      this.#end({ class: failureClass, message }),
    );
    this.#socket.on("message", (data: RawData) => this.#receive(data as Buffer));
  }

  /** Sends the values of a change. */
  change(id: number, inputs: Readonly<Record<string, string>>): void {
    this.#socket.send(JSON.stringify({ id, inputs }));
  }

  /** The next answer, which `late` ends the wait for. */
  async next(timeoutMs: number, late: Extract<FormAnswer, { class: FailureClass }>): Promise<FormAnswer> {
    const ready = this.#answers.shift() ?? this.#ended;
    if (ready !== undefined) return ready;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onAnswer = resolve;
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
    return this.#answers.shift() ?? this.#ended ?? late;
  }

  /** Closes it; what it still waits for ends as lost. */
  close(): void {
    this.#end({ class: "connection-lost", message: "the form was closed by the load" });
    closeSocket(this.#socket);
  }

  #receive(data: Buffer): void {
    const atMs = performance.now();
    let read: unknown;
    try {
      read = parseJson(data.toString());
    } catch (error) {
      this.#end({ class: "wrong-output", message: `an answer of the form is not JSON: ${messageOf(error)}` });
      return;
    }
    const parsed = parameterForm.safeParse(read);
    if (parsed.success) this.#answers.push({ form: parsed.data, atMs });
    else this.#end({ class: "wrong-output", message: "an answer of the form has other fields than Coder's" });
    this.#onAnswer();
  }

  /** Keeps the first reason. */
  #end(reason: FormAnswer): void {
    this.#ended ??= reason;
    this.#onAnswer();
  }
}
