import { readFile } from "node:fs/promises";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** Who asks: the headers that a request needs, made when it is sent, since a token lasts an hour. */
export interface GoogleAuth {
  headers(): Promise<Readonly<Record<string, string>>>;
}

const SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];

/** A token that somebody else made, such as of an emulated cloud. */
export function tokenAuth(token: string): GoogleAuth {
  return { headers: () => Promise.resolve({ authorization: `Bearer ${token}` }) };
}

/** The identity that Terraform's provider would take from the same environment. */
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
        // The next request tries again: whoever looks may have signed in meanwhile.
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
  // Loaded when it is needed: rehearsals have no credentials to ask for.
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

/** Off Google's machines the library warns of a metadata server that it did not find: a normal answer, not a warning. */
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

/** The library's own reason in one short line: an expired session and a missing file differ. */
function wordsOf(cause: unknown): string {
  // A parser quotes what it could not read, which may be a key.
  if (cause instanceof SyntaxError) return "they are not JSON";
  const [line = ""] = messageOf(cause).split("\n");
  return (
    line
      .split(/(?<=\.) |; /, 1)[0]
      ?.replace(/\.$/, "")
      .slice(0, 120) ?? ""
  );
}

/** A key in the variable itself, or in the file that it names. */
async function credentialsIn(key: string): Promise<Record<string, string>> {
  const text = key.trimStart().startsWith("{") ? key : await readFile(key, "utf8");
  return parseJson(text) as Record<string, string>;
}
