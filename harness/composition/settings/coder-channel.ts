import { Option } from "commander";
import { z } from "zod";
import {
  type CoderChannel,
  REHEARSED_CHANNELS,
} from "../../../reference-architectures/coder/coder-channels.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** One version of Coder, and the channel by which it was requested. */
export interface CoderVersion {
  /** Without the `v`, as in the name of the chart. */
  readonly version: string;
  readonly channel?: CoderChannel;
}

/** The option `--coder-version` of every command that deploys Coder. */
export function coderVersionOption(): Option {
  return new Option(
    "--coder-version <version>",
    "stable, mainline or a number such as 2.31.0 (default: the size's)",
  ).env("REFBENCH_CODER_VERSION");
}

/** Returns the JSON of a URL; rejects without an answer. */
export type GetJson = (url: string, signal: AbortSignal) => Promise<unknown>;

const RELEASES = "https://api.github.com/repos/coder/coder/releases";
const TIMEOUT_MS = 20_000;
const VERSION = /^v?(\d+)\.(\d+)\.(\d+)$/;

/**
 * Resolves `stable`, `mainline` or a number such as `2.31.0` to a version. A channel is the version that Coder publishes
 * now; a rehearsal uses no network and takes the version from its own list. Throws `usage` for anything else, and without
 * an answer.
 */
export async function resolveCoderVersion(
  asked: string,
  {
    rehearse,
    token,
    getJson = askGithub(token),
  }: {
    readonly rehearse: boolean;
    /** A token for GitHub: without one, everyone behind the same address shares 60 requests an hour. */
    readonly token?: string | undefined;
    readonly getJson?: GetJson;
  },
): Promise<CoderVersion> {
  if (VERSION.test(asked)) return { version: asked.replace(/^v/, "") };
  if (asked !== "stable" && asked !== "mainline") {
    throw new RefbenchError(
      "usage",
      `Coder's version is "${asked}", expected stable, mainline, or a version such as 2.31.0 of https://github.com/coder/coder/releases`,
    );
  }
  if (rehearse) return { version: REHEARSED_CHANNELS[asked], channel: asked };
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const version = asked === "stable" ? await recommended(getJson, signal) : await newest(getJson, signal);
    return { version, channel: asked };
  } catch (error) {
    throw new RefbenchError(
      "usage",
      `the version of Coder's "${asked}" cannot be read (${RELEASES}: ${messageOf(error)}): try again, or name a version such as 2.31.0`,
      { cause: error },
    );
  }
}

const release = z.object({
  tag_name: z.string(),
  draft: z.boolean().default(false),
  prerelease: z.boolean().default(false),
});

/** GitHub's "latest" is the release that Coder marked as such, its stable one. */
async function recommended(getJson: GetJson, signal: AbortSignal): Promise<string> {
  return parseTag(release.parse(await getJson(`${RELEASES}/latest`, signal)).tag_name);
}

/** The highest number, because the newest release may be a patch of an older version. */
async function newest(getJson: GetJson, signal: AbortSignal): Promise<string> {
  const releases = z.array(release).parse(await getJson(`${RELEASES}?per_page=50`, signal));
  const versions = releases
    .filter(({ draft, prerelease, tag_name: tag }) => !draft && !prerelease && VERSION.test(tag))
    .map(({ tag_name: tag }) => parseTag(tag));
  const [highest] = versions.toSorted(descending);
  if (highest === undefined) throw new Error("it lists no release");
  return highest;
}

function descending(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split(".").map(Number));
  return [0, 1, 2].map((part) => (b?.[part] ?? 0) - (a?.[part] ?? 0)).find((each) => each !== 0) ?? 0;
}

function parseTag(tag: string): string {
  if (!VERSION.test(tag)) throw new Error(`its tag is "${tag}", which is not a version`);
  return tag.replace(/^v/, "");
}

/** GitHub's API refuses requests without a user agent. */
const askGithub =
  (token: string | undefined): GetJson =>
  async (url, signal) => {
    const headers = {
      accept: "application/vnd.github+json",
      "user-agent": "refbench",
      ...(token === undefined || token === "" ? {} : { authorization: `Bearer ${token}` }),
    };
    const { exchange, splitUrl } = await import("../../tools/exchange.ts");
    const answer = await exchange({
      method: "GET",
      ...splitUrl(url),
      headers,
      signal,
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.status !== 200) throw new Error(`it answered ${answer.status}`);
    return parseJson(answer.bytes.toString());
  };
