import { IMAGE_DIGEST } from "../../../stacks/environment.ts";
import { WORKSPACE_IMAGE } from "../../../reference-architectures/workspace-image.ts";
import { messageOf } from "../../model/error.ts";
import { type Check, type CheckOutcome, failed, ok, unknown } from "./check.ts";
import type { PreflightContext } from "./context.ts";
import type { Web, WebAnswer, WebQuestion } from "./web.ts";

/** What must be there for Coder to be installed, and for its workspaces to start. */
interface Artefact {
  readonly what: string;
  readonly url: string;
  /** Where a token for anybody is given, for a registry that asks for one. */
  readonly tokenUrl?: string;
  /** Whether its digest is what Coder is deployed by. */
  readonly isCoder?: boolean;
}

/** Media types of an image's manifest, for one platform and for many. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** A server that points elsewhere more often points in a circle. */
const REDIRECTS = 5;

/** Chart and image of a cluster, the package of a machine, in the version that the size names; and the workspaces' image. */
export const artefactsCheck: Check<PreflightContext> = {
  name: "artefacts",
  fix: () => "--set coder.version=<a version on https://github.com/coder/coder/releases>",
  run: async (context, signal) => {
    const found = await Promise.all(
      artefactsOf(context).map(async (artefact) => ({
        artefact,
        outcome: await ask(context.web, artefact, signal),
      })),
    );
    return { ...summed(found), ...digestIn(found) };
  },
};

interface Asked {
  readonly artefact: Artefact;
  readonly outcome: CheckOutcome & { readonly digest?: string | undefined };
}

function summed(found: readonly Asked[]): CheckOutcome {
  for (const state of ["failed", "unknown"] as const) {
    const bad = found.filter(({ outcome }) => outcome.state === state);
    if (bad.length === 0) continue;
    const words = bad.map(({ artefact, outcome }) => `${artefact.what}: ${outcome.found}`).join("; ");
    return state === "failed" ? failed(words) : unknown(words);
  }
  return ok(
    found
      .map(
        ({ artefact, outcome }) =>
          artefact.what + (outcome.digest === undefined ? "" : ` (${outcome.digest})`),
      )
      .join(", "),
  );
}

/** A mirror may say none, and what it says may be none: then Coder is deployed by its tag. */
function digestIn(found: readonly Asked[]): Pick<CheckOutcome, "coderImageDigest"> {
  const digest = found.find(({ artefact }) => artefact.isCoder)?.outcome.digest;
  return digest === undefined ? {} : { coderImageDigest: digest };
}

/** What an environment of the size installs Coder and its workspaces from. */
export function artefactsOf({
  architecture,
  size,
}: Pick<PreflightContext, "architecture" | "size">): readonly Artefact[] {
  const { version } = size.figures.coder;
  const workspaces = architecture.carriedBy === "machine-each" ? [] : [workspaceImage()];
  if (architecture.carriedBy === "one-machine" || architecture.carriedBy === "machine-each") {
    const file = `coder_${version}_linux_amd64.deb`;
    const url = `https://github.com/coder/coder/releases/download/v${version}/${file}`;
    return [{ what: `package ${file}`, url }, ...workspaces];
  }
  return [
    { what: `chart coder ${version}`, url: `https://helm.coder.com/v2/coder_helm_${version}.tgz` },
    {
      what: `image ghcr.io/coder/coder:v${version}`,
      url: `https://ghcr.io/v2/coder/coder/manifests/v${version}`,
      tokenUrl: "https://ghcr.io/token?service=ghcr.io&scope=repository:coder/coder:pull",
      isCoder: true,
    },
    ...workspaces,
  ];
}

/** Its absence would show as builds that fail, one by one, after everything else was made. */
function workspaceImage(): Artefact {
  const { repository, tag } = WORKSPACE_IMAGE;
  return {
    what: `image docker.io/${repository}:${tag}`,
    url: `https://registry-1.docker.io/v2/${repository}/manifests/${tag}`,
    tokenUrl: `https://auth.docker.io/token?service=registry.docker.io&scope=repository:${repository}:pull`,
  };
}

async function ask(
  web: Web,
  { url, tokenUrl, isCoder }: Artefact,
  signal: AbortSignal,
): Promise<Asked["outcome"]> {
  try {
    const token = tokenUrl === undefined ? undefined : await tokenFrom(web, tokenUrl, signal);
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}`, accept: MANIFESTS };
    const { status, contentDigest = "" } = await answerOf(web, { method: "HEAD", url, headers }, signal);
    if (status >= 200 && status < 300) {
      const isDigest = isCoder === true && IMAGE_DIGEST.test(contentDigest);
      return { ...ok(url), ...(isDigest ? { digest: contentDigest } : {}) };
    }
    if (status === 404) return failed(`not at ${url}`);
    return unknown(`${url} answered ${status}`);
  } catch (error) {
    signal.throwIfAborted();
    return unknown(`${new URL(url).host} was not reached from this machine: ${messageOf(error)}`);
  }
}

/** Follows redirections: packages lie with somebody else than their list. */
async function answerOf(web: Web, question: WebQuestion, signal: AbortSignal): Promise<WebAnswer> {
  const { method } = question;
  let { url, headers } = question;
  for (let turn = 0; ; turn += 1) {
    const answer = await web({ method, url, ...(headers === undefined ? {} : { headers }) }, signal);
    if (answer.status < 300 || answer.status >= 400 || answer.location === undefined) return answer;
    if (turn === REDIRECTS) return answer;
    const next = new URL(answer.location, url);
    // A token is for the server that gave it.
    if (next.host !== new URL(url).host) headers = undefined;
    url = next.href;
  }
}

async function tokenFrom(web: Web, url: string, signal: AbortSignal): Promise<string | undefined> {
  const { text } = await web({ method: "GET", url }, signal);
  const token = (JSON.parse(text) as { token?: unknown } | null)?.token;
  return typeof token === "string" ? token : undefined;
}
