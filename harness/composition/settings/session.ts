import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import { isLoopback, isSameOrigin } from "../../model/cloud/origin.ts";
import type { Io } from "./io.ts";

/** A session token of a site admin, with which Coder is called. */
export interface Session {
  readonly token: string;
  /** The source of the token, in words. */
  readonly from: string;
}

const NEXT_STEP =
  "expected a token of a site admin in CODER_SESSION_TOKEN or in the file of --session-file, or a `coder login` on this machine";

/** The deployment that needs a session. */
export interface SessionQuestion {
  readonly file?: string | undefined;
  /** The URL of the server that gets the token. */
  readonly url: string;
  /**
   * The deployment behind `url` if `url` is a port of this machine: a login for it, or for another forwarded port, is
   * accepted. Absent = the login must be for `url` itself.
   */
  readonly forwardsTo?: string;
}

/** Returns the given session, or that of `coder login` on this machine for the same server. */
export async function getSession(
  { file, ...question }: SessionQuestion,
  io: Pick<Io, "env" | "cwd">,
): Promise<Session> {
  if (file !== undefined) {
    const path = resolve(io.cwd, file);
    const token = await findText(path);
    if (token === undefined || token === "")
      throw new RefbenchError("usage", `--session-file is ${path}, which contains no token: ${NEXT_STEP}`);
    return { token, from: path };
  }
  const given = io.env["CODER_SESSION_TOKEN"];
  if (given !== undefined && given !== "") return { token: given, from: "CODER_SESSION_TOKEN" };
  return sessionOfLogin(question, io.env);
}

/** The deployment of `coder login` on this machine. */
export async function findLoginUrl(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const url = await findText(join(configFolder(env), "url"));
  return url === "" ? undefined : url;
}

/** Throws `usage` for `--token`, without repeating its value. */
export function refuseToken(): never {
  throw new RefbenchError(
    "usage",
    "--token is refused: everyone on this machine can read the arguments of a process; expected the token in CODER_SESSION_TOKEN or in the file of --session-file, or a `coder login`",
  );
}

/** Whether two URLs are the same server by scheme, host and port: a token must not reach another one. */
async function sessionOfLogin(
  question: Omit<SessionQuestion, "file">,
  env: NodeJS.ProcessEnv,
): Promise<Session> {
  const folder = configFolder(env);
  const [token, login] = await Promise.all([
    findText(join(folder, "session")),
    findText(join(folder, "url")),
  ]);
  if (token === undefined || token === "") {
    throw new RefbenchError("usage", `no session of Coder was found in ${folder}: ${NEXT_STEP}`);
  }
  if (login === undefined || !isFor(login, question)) {
    throw new RefbenchError(
      "usage",
      `the login in ${folder} is for ${login ?? "an unknown deployment"}, not for ${question.url}: ${NEXT_STEP}`,
    );
  }
  return { token, from: join(folder, "session") };
}

function isFor(login: string, { url, forwardsTo }: Omit<SessionQuestion, "file">): boolean {
  if (isSameOrigin(login, url)) return true;
  if (forwardsTo === undefined || !isLoopback(url)) return false;
  return isSameOrigin(login, forwardsTo) || isLoopback(login);
}

/** The folder in which Coder's command line keeps its login. */
function configFolder(env: NodeJS.ProcessEnv): string {
  const own = env["CODER_CONFIG_DIR"];
  if (own !== undefined && own !== "") return own;
  const home = env["HOME"] ?? homedir();
  if (process.platform === "darwin") return join(home, "Library", "Application Support", "coderv2");
  return join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "coderv2");
}

async function findText(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new RefbenchError("usage", `cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
