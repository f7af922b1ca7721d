import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import { isLoopback, isSameOrigin } from "../../model/cloud/origin.ts";
import type { Io } from "./io.ts";

/** A session token of a site admin, with which Coder is called. */
export interface Session {
  readonly token: string;
  /** Where it was found, in words. */
  readonly from: string;
}

const NEXT_STEP =
  "expected a token of a site admin in CODER_SESSION_TOKEN or in the file of --session-file, or a `coder login` on this machine";

/** Whom a session is for. */
export interface SessionQuestion {
  readonly file?: string | undefined;
  /** The server that gets the token. */
  readonly url: string;
  /**
   * The deployment that `url` is known to lead to where `url` is a port of this machine: a login for it, or for another
   * forwarded port, is accepted. Absent = the login has to be for `url` itself.
   */
  readonly forwardsTo?: string;
}

/** The session that the user gave, or the one that `coder login` left on this machine for that server. */
export async function getSession(
  { file, ...question }: SessionQuestion,
  io: Pick<Io, "env" | "cwd">,
): Promise<Session> {
  if (file !== undefined) {
    const path = resolve(io.cwd, file);
    const token = await findText(path);
    if (token === undefined || token === "")
      throw new RefbenchError("usage", `--session-file is ${path}, which holds no token: ${NEXT_STEP}`);
    return { token, from: path };
  }
  const given = io.env["CODER_SESSION_TOKEN"];
  if (given !== undefined && given !== "") return { token: given, from: "CODER_SESSION_TOKEN" };
  return sessionOfLogin(question, io.env);
}

/** The deployment that `coder login` on this machine is for. */
export async function findLoginUrl(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const url = await findText(join(configFolder(env), "url"));
  return url === "" ? undefined : url;
}

/** Refuses `--token`. The value is not repeated in the message either. */
export function refuseToken(): never {
  throw new RefbenchError(
    "usage",
    "--token is refused: everyone on this machine can read the arguments of a process; expected the token in CODER_SESSION_TOKEN or in the file of --session-file, or a `coder login`",
  );
}

/** A token goes to no server but the one that it is for: the same scheme, host and port. */
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
    throw new RefbenchError("usage", `there is no session of Coder in ${folder}: ${NEXT_STEP}`);
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

/** Where Coder's command line keeps its login. */
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
