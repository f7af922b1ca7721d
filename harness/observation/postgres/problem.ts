import { oneLine } from "../../tools/safe-text.ts";

/** SQLSTATE of a server that has no free connection. */
export const TOO_MANY_CONNECTIONS = "53300";

/** Why a connection or a statement failed, as one line without the password. */
export function connectionProblem(error: unknown, password = ""): string {
  const text = oneLine(wordsOf(error)).slice(0, 300);
  return password === "" ? text : text.replaceAll(password, "***");
}

/** The server's code of an error, or the connection's, such as ECONNREFUSED. */
export function codeOf(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as { readonly code?: unknown };
    // Codes of refbench's own errors are in lower case.
    if (typeof code === "string" && /^[A-Z0-9_]+$/.test(code)) return code;
  }
  return undefined;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A host with several addresses fails with one error for each, and no message of its own.
  if (error instanceof AggregateError && error.message === "") return wordsOf(error.errors[0]);
  return error.message;
}
