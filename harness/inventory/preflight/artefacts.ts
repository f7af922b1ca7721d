import { IMAGE_DIGEST } from "../../../stacks/environment.ts";
import { RUNNER_NODE_VERSION } from "../../../stacks/runner/runner-machine.ts";
import {
  STALE_SUPPORT_FIX,
  staleSupportProblem,
  SUPPORTED_CODER_VERSION,
  supportProblem,
} from "../../../reference-architectures/coder/coder-support.ts";
import {
  diskDriverArchive,
  DISK_DRIVER_CHART,
} from "../../../reference-architectures/artefacts/disk-driver-chart.ts";
import { GENERATOR_IMAGE } from "../../../reference-architectures/artefacts/generator-image.ts";
import { IMAGE_REFERENCE } from "../../../reference-architectures/artefacts/workspace-image.ts";
import { messageOf } from "../../tools/error.ts";
import { advised, type Check, type CheckOutcome, failedCheck, passed, unknown } from "./check.ts";
import type { PreflightContext } from "./context.ts";
import type { Web, WebAnswer, WebQuestion } from "./web.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** Something that must exist so that Coder can be installed and its workspaces can start. */
interface Artefact {
  readonly what: string;
  readonly url: string;
  /** Address of an anonymous token, for registries that require one. */
  readonly tokenUrl?: string;
  /** Which of a run's images it is. Images are deployed by the digest that the registry reports. */
  readonly image?: "coder" | "workspace";
  /** How many machines pull it, and whether its registry limits pulls per address. */
  readonly pulls?: { readonly count: number; readonly isLimited: boolean };
  /** How to choose another one. @default the check's own fix, another version of Coder */
  readonly fix?: string;
}

/** Media types of image manifests, for one platform and for several. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Limit that stops circular redirects. */
const REDIRECTS = 5;

/** Checks everything that is downloaded while an environment is created or used. */
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
    return {
      ...withSupport(summed(found), context.size.figures.coder.version, context.clock.now()),
      ...digestsIn(found),
    };
  },
};

interface Asked {
  readonly artefact: Artefact;
  readonly outcome: CheckOutcome & {
    readonly digest?: string | undefined;
    /** The server that could not be reached. */
    readonly unreached?: string;
  };
}

function summed(found: readonly Asked[]): CheckOutcome {
  for (const state of ["failed", "unknown"] as const) {
    const bad = found.filter(({ outcome }) => outcome.state === state);
    if (bad.length === 0) continue;
    const answered = bad.filter(({ outcome }) => outcome.unreached === undefined);
    const words = [
      ...answered.map(({ artefact, outcome }) => `${artefact.what}: ${outcome.found}`),
      ...unreachedWords(bad),
    ].join("; ");
    if (state === "unknown") return unknown(words);
    // The check's own fix is another version of Coder.
    const fixes = bad.flatMap(({ artefact: { fix } }) => fix ?? []);
    return failedCheck(words, fixes.length === bad.length ? [...new Set(fixes)].join("; ") : undefined);
  }
  return passed(
    found
      .map(
        ({ artefact, outcome }) =>
          artefact.what + (outcome.digest === undefined ? "" : ` (${outcome.digest})`),
      )
      .join(", "),
  );
}

/** Lists unreachable servers in one sentence, because a network failure is one reason. */
function unreachedWords(bad: readonly Asked[]): readonly string[] {
  const unreached = bad.filter(({ outcome }) => outcome.unreached !== undefined);
  const [first] = unreached;
  if (first === undefined) return [];
  const hosts = [...new Set(unreached.map(({ outcome }) => outcome.unreached))].join(", ");
  return [`not reachable from this machine: ${hosts} (${first.outcome.found})`];
}

/**
 * Adds warnings for an unsupported version of Coder, which is allowed because its figures may be wanted, and for a list of
 * releases that is too old to know.
 */
function withSupport(outcome: CheckOutcome, version: string, nowMs: number): CheckOutcome {
  const [problem, stale] = [supportProblem(version), staleSupportProblem(nowMs)];
  const found = [outcome.found, problem, stale].filter((each) => each !== undefined).join("; ");
  if (outcome.state !== "ok" || found === outcome.found) return { ...outcome, found };
  const fix = problem === undefined ? STALE_SUPPORT_FIX : `--set coder.version=${SUPPORTED_CODER_VERSION}`;
  return advised(found, fix);
}

/** Returns the digests of images. Without a valid digest, an image is deployed by its tag. */
function digestsIn(found: readonly Asked[]): Pick<CheckOutcome, "coderImageDigest" | "workspaceImageDigest"> {
  const digestOf = (image: Artefact["image"]): string | undefined =>
    found.find(({ artefact }) => artefact.image === image)?.outcome.digest;
  const [coder, workspace] = [digestOf("coder"), digestOf("workspace")];
  return {
    ...(coder === undefined ? {} : { coderImageDigest: coder }),
    ...(workspace === undefined ? {} : { workspaceImageDigest: workspace }),
  };
}

/** Lists what an environment of the size installs Coder and its workspaces from. */
export function artefactsOf({
  architecture,
  size,
  runner = "network",
  generators,
}: Pick<PreflightContext, "architecture" | "size" | "runner" | "generators">): readonly Artefact[] {
  const { version } = size.figures.coder;
  const others = [
    ...(architecture.carriedBy === "machine-each" ? [] : [workspaceImage({ architecture, size })]),
    ...(architecture.carriedBy === "eks" ? [diskDriver()] : []),
    ...(runner === "network" ? [runnerNode()] : []),
    ...(generators === undefined ? [] : [generatorImage(generators)]),
  ];
  if (architecture.carriedBy === "one-machine" || architecture.carriedBy === "machine-each") {
    const file = `coder_${version}_linux_amd64.deb`;
    const url = `https://github.com/coder/coder/releases/download/v${version}/${file}`;
    return [{ what: `package ${file}`, url }, ...others];
  }
  return [
    { what: `chart coder ${version}`, url: `https://helm.coder.com/v2/coder_helm_${version}.tgz` },
    {
      what: `image ghcr.io/coder/coder:v${version}`,
      url: `https://ghcr.io/v2/coder/coder/manifests/v${version}`,
      tokenUrl: "https://ghcr.io/token?service=ghcr.io&scope=repository:coder/coder:pull",
      image: "coder",
    },
    ...(size.figures.provisioners === "external" ? [provisionerChart(version)] : []),
    ...others,
  ];
}

/** The file's name as Coder's release workflow publishes it. */
function provisionerChart(version: string): Artefact {
  return {
    what: `chart coder-provisioner ${version}`,
    url: `https://helm.coder.com/v2/provisioner_helm_${version}.tgz`,
  };
}

/** Registries with anonymous tokens, by the host in an image's name. */
const REGISTRIES: Readonly<Record<string, { readonly host: string; readonly token: string }>> = {
  "docker.io": {
    host: "registry-1.docker.io",
    token: "https://auth.docker.io/token?service=registry.docker.io",
  },
  "ghcr.io": { host: "ghcr.io", token: "https://ghcr.io/token?service=ghcr.io" },
  "public.ecr.aws": { host: "public.ecr.aws", token: "https://public.ecr.aws/token/?service=public.ecr.aws" },
};

/**
 * Returns the workspace image. Without this check, a missing image fails each build after everything else was created.
 * A HEAD of a manifest does not count as a pull (docs.docker.com, "Docker Hub pull usage and limits").
 */
function workspaceImage({ architecture, size }: Pick<PreflightContext, "architecture" | "size">): Artefact {
  const { image } = size.figures.workspacePod;
  const { workspaces, coder } = size.figures.machines;
  const pools = workspaces.nodes > 0 ? workspaces.nodes : coder.nodes;
  const nodes = architecture.carriedBy === "one-machine" ? 1 : pools;
  return {
    ...pulledImage(image, nodes),
    image: "workspace",
    fix: "--set workspacePod.image=<an image of a registry without such a limit, such as ghcr.io or public.ecr.aws>",
  };
}

/** Without this image the load cannot start, after everything else was created. */
function generatorImage(nodes: number): Artefact {
  return {
    ...pulledImage(GENERATOR_IMAGE, nodes),
    fix: "--runner network, whose load runner needs no image",
  };
}

/** An image that this many nodes pull. */
function pulledImage(image: string, nodes: number): Pick<Artefact, "what" | "url" | "tokenUrl" | "pulls"> {
  const { host = "", repository = "", tag = "latest", digest } = IMAGE_REFERENCE.exec(image)?.groups ?? {};
  const registry = REGISTRIES[host];
  return {
    what: `image ${image}`,
    url: `https://${registry?.host ?? host}/v2/${repository}/manifests/${digest ?? tag}`,
    ...(registry === undefined ? {} : { tokenUrl: `${registry.token}&scope=repository:${repository}:pull` }),
    pulls: { count: nodes, isLimited: host === "docker.io" },
  };
}

/** Checks whether the registry allows one pull for each node; the nodes share the address of the network's NAT. */
function pullsOutcome(
  { count, isLimited }: NonNullable<Artefact["pulls"]>,
  { rateLimit, rateRemaining }: WebAnswer,
): CheckOutcome | undefined {
  const [limit, remaining] = [rateLimit, rateRemaining].map((text) => Number.parseInt(text ?? "", 10));
  const pulls = count === 1 ? "1 machine pulls it" : `${count} nodes pull it at once from one address`;
  if (limit !== undefined && limit < count)
    return failedCheck(`${pulls}, but its registry allows ${rateLimit ?? ""} anonymous pulls`);
  if (remaining !== undefined && remaining < count)
    return unknown(
      `${pulls}, but its registry allows only ${remaining} more from this machine's address now`,
    );
  // The remaining pulls of the network's own address are unknown before it exists.
  if (isLimited && Number.isNaN(remaining) && count > 1)
    return unknown(`${pulls}, but its registry does not report its limit`);
  return undefined;
}

/** A version pinned in the code cannot be changed by a flag. */
const UPGRADE = "use a later version of refbench, which pins an available release";

/** Without the driver no workspace of a cluster gets its home volume, long after the cluster was created. */
function diskDriver(): Artefact {
  const { chart, version } = DISK_DRIVER_CHART;
  return { what: `chart ${chart} ${version}`, url: diskDriverArchive(), fix: UPGRADE };
}

/** The load runner's start-up script installs Node. A failure would show only when the load should start. */
function runnerNode(): Artefact {
  const version = `v${RUNNER_NODE_VERSION}`;
  const url = `https://nodejs.org/dist/${version}/node-${version}-linux-x64.tar.gz`;
  return { what: `Node ${version} of the load runner`, url, fix: UPGRADE };
}

async function ask(
  web: Web,
  { url, tokenUrl, image, pulls }: Artefact,
  signal: AbortSignal,
): Promise<Asked["outcome"]> {
  try {
    const token = tokenUrl === undefined ? undefined : await tokenFrom(web, tokenUrl, signal);
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}`, accept: MANIFESTS };
    const answer = await answerOf(web, { method: "HEAD", url, headers }, signal);
    const { status, contentDigest = "" } = answer;
    if (status >= 200 && status < 300) {
      const limited = pulls === undefined ? undefined : pullsOutcome(pulls, answer);
      const isDigest = image !== undefined && IMAGE_DIGEST.test(contentDigest);
      return { ...(limited ?? passed(url)), ...(isDigest ? { digest: contentDigest } : {}) };
    }
    if (status === 404) return failedCheck(`not found at ${url}`);
    return unknown(`${url} answered ${status}`);
  } catch (error) {
    signal.throwIfAborted();
    return { ...unknown(messageOf(error)), unreached: new URL(url).host };
  }
}

/** Follows redirects: a package is often stored on another server than its list. */
async function answerOf(web: Web, question: WebQuestion, signal: AbortSignal): Promise<WebAnswer> {
  const { method } = question;
  let { url, headers } = question;
  for (let turn = 0; ; turn += 1) {
    const answer = await web({ method, url, ...(headers === undefined ? {} : { headers }) }, signal);
    if (answer.status < 300 || answer.status >= 400 || answer.location === undefined) return answer;
    if (turn === REDIRECTS) return answer;
    const next = new URL(answer.location, url);
    // A token must only reach the server that issued it.
    if (next.host !== new URL(url).host) headers = undefined;
    url = next.href;
  }
}

async function tokenFrom(web: Web, url: string, signal: AbortSignal): Promise<string | undefined> {
  const { text } = await web({ method: "GET", url }, signal);
  const token = (parseJson(text) as { token?: unknown } | null)?.token;
  return typeof token === "string" ? token : undefined;
}
