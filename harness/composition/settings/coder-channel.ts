import { Option } from "commander";
import { z } from "zod";
import {
  type CoderChannel,
  REHEARSED_CHANNELS,
} from "../../../reference-architectures/coder/coder-channels.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** One version of Coder, and the channel it was asked for by. */
export interface CoderVersion {
  /** Without the `v`: what the chart is called by, too. */
  readonly version: string;
  readonly channel?: CoderChannel;
}

/** `--coder-version`, as every command that deploys or asks for it has it. */
export function coderVersionOption(): Option {
  return new Option(
    "--coder-version <version>",
    "stable, mainline or a number such as 2.31.0 (default: the size's)",
  ).env("REFBENCH_CODER_VERSION");
}

/** Answers a URL with what its JSON says; rejects where nobody answers. */
export type GetJson = (url: string, signal: AbortSignal) => Promise<unknown>;

const RELEASES = "https://api.github.com/repos/coder/coder/releases";
const TIMEOUT_MS = 20_000;
const VERSION = /^v?(\d+)\.(\d+)\.(\d+)$/;

/**
 * The version that `stable`, `mainline` or `2.31.0` means: of the channels, what Coder publishes now (a rehearsal
 * reaches no network and takes what they meant once). Throws `usage` for anything else, and where nobody answers.
 */
export async function resolveCoderVersion(
  asked: string,
  {
    rehearse,
    token,
    getJson = askGithub(token),
  }: {
    readonly rehearse: boolean;
    /** Of GitHub: without one, all who share an address share 60 questions an hour. */
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
      `nobody says which version Coder's "${asked}" is (${RELEASES}: ${messageOf(error)}): try again, or name a version such as 2.31.0`,
      { cause: error },
    );
  }
}

const release = z.object({
  tag_name: z.string(),
  draft: z.boolean().default(false),
  prerelease: z.boolean().default(false),
});

/** GitHub's "latest" is the release that Coder marked so: its stable one. */
async function recommended(getJson: GetJson, signal: AbortSignal): Promise<string> {
  return numberOf(release.parse(await getJson(`${RELEASES}/latest`, signal)).tag_name);
}

/** The highest number, since a patch of an older version may be the youngest release. */
async function newest(getJson: GetJson, signal: AbortSignal): Promise<string> {
  const releases = z.array(release).parse(await getJson(`${RELEASES}?per_page=50`, signal));
  const versions = releases
    .filter(({ draft, prerelease, tag_name: tag }) => !draft && !prerelease && VERSION.test(tag))
    .map(({ tag_name: tag }) => numberOf(tag));
  const [highest] = versions.toSorted(descending);
  if (highest === undefined) throw new Error("it lists no release");
  return highest;
}

function descending(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split(".").map(Number));
  return [0, 1, 2].map((part) => (b?.[part] ?? 0) - (a?.[part] ?? 0)).find((each) => each !== 0) ?? 0;
}

function numberOf(tag: string): string {
  if (!VERSION.test(tag)) throw new Error(`its tag is "${tag}", which is no version`);
  return tag.replace(/^v/, "");
}

/** GitHub's API refuses who does not say what it is. */
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
