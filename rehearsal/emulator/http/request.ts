import type { IncomingMessage } from "node:http";
import type { EmulatedUser } from "../state/types.ts";
import { problem } from "./reply.ts";
import type { Reply } from "./reply.ts";
import { parseJson } from "../../../harness/tools/parse-json.ts";

/** One request as handlers see it. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  /** By name of the pattern's `{name}` segments. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** Which replica the load balancer chose for this connection. */
  readonly replica: number;
  readonly address: string;
  readonly user: EmulatedUser | undefined;
}

/** The body as a JSON object, or Coder's answer to one that is not. */
export function jsonBody(
  request: ApiRequest,
): { value: Readonly<Record<string, unknown>> } | { refused: Reply } {
  try {
    const value: unknown = parseJson(request.body.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { value: value as Record<string, unknown> };
    }
    return { refused: problem(400, "Request body must be valid JSON.", { detail: "expected an object" }) };
  } catch (error) {
    return { refused: problem(400, "Request body must be valid JSON.", { detail: String(error) }) };
  }
}

/** A string field; what is missing or of another type is the empty string, as Go's zero value. */
export function text(body: Readonly<Record<string, unknown>>, field: string): string {
  const value = body[field];
  return typeof value === "string" ? value : "";
}

/** An object of texts, such as tags; other fields are left out. */
export function texts(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** `[{name, value}]` as Coder passes parameters and variables. */
export function namedValues(value: unknown): { name: string; value: string }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { name, value: given } = entry as Record<string, unknown>;
    return typeof name === "string" && typeof given === "string" ? [{ name, value: given }] : [];
  });
}

/** Reads the whole body, at most `limit` bytes. */
export async function readBody(request: IncomingMessage, limit = 10 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
