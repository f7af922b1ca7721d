import { readFile } from "node:fs/promises";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** The headers that identify the caller, created for each request because a token lasts an hour. */
export interface GoogleAuth {
  headers(): Promise<Readonly<Record<string, string>>>;
}

const SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];

/** Uses an existing token, such as one of an emulated cloud. */
export function tokenAuth(token: string): GoogleAuth {
  return { headers: () => Promise.resolve({ authorization: `Bearer ${token}` }) };
}

/** Uses the identity that Terraform's provider takes from the same environment. */
export function googleAuth(env: NodeJS.ProcessEnv): GoogleAuth {
  const token = env["GOOGLE_OAUTH_ACCESS_TOKEN"];
  if (token !== undefined && token !== "") return tokenAuth(token);
  let made: Promise<GoogleAuth> | undefined;
  return {
    headers: async () => {
      made ??= libraryAuth(env);
      try {
        return await (await made).headers();
      } catch (cause) {
        // The next request tries again, because the user may sign in meanwhile.
        made = undefined;
        throw new RefbenchError(
          "inventory",
          `no usable Google credentials (${wordsOf(cause)}): sign in with "gcloud auth application-default login", or name a service account's key in GOOGLE_CREDENTIALS`,
          { cause },
        );
      }
    },
  };
}

async function libraryAuth(env: NodeJS.ProcessEnv): Promise<GoogleAuth> {
  // Loaded on demand, because rehearsals need no credentials.
  const { GoogleAuth: Library, Impersonated } = await import("google-auth-library");
  const key = env["GOOGLE_CREDENTIALS"] ?? env["GOOGLE_CLOUD_KEYFILE_JSON"] ?? env["GCLOUD_KEYFILE_JSON"];
  const library = new Library({
    scopes: SCOPES,
    ...(key === undefined || key === "" ? {} : { credentials: await credentialsIn(key) }),
  });
  const source = await withoutMetadataWarning(() => library.getClient());
  const account = env["GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"];
  const client =
    account === undefined || account === ""
      ? source
      : new Impersonated({ sourceClient: source, targetPrincipal: account, targetScopes: SCOPES });
  return { headers: async () => Object.fromEntries((await client.getRequestHeaders()).entries()) };
}

/** Outside of Google's machines the library warns about a missing metadata server, which is normal. */
async function withoutMetadataWarning<T>(look: () => Promise<T>): Promise<T> {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = ((...words: Parameters<typeof emitWarning>) => {
    if ((words[1] as unknown) !== "MetadataLookupWarning") emitWarning(...words);
  }) as typeof emitWarning;
  try {
    return await look();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** The library's reason in one short line, so that an expired session differs from a missing file. */
function wordsOf(cause: unknown): string {
  // A parser quotes the text that it could not read, which may be a key.
  if (cause instanceof SyntaxError) return "they are not JSON";
  const [line = ""] = messageOf(cause).split("\n");
  return (
    line
      .split(/(?<=\.) |; /, 1)[0]
      ?.replace(/\.$/, "")
      .slice(0, 120) ?? ""
  );
}

/** Reads a key from the variable itself, or from the file that it names. */
async function credentialsIn(key: string): Promise<Record<string, string>> {
  const text = key.trimStart().startsWith("{") ? key : await readFile(key, "utf8");
  return parseJson(text) as Record<string, string>;
}
