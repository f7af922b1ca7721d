import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { gceVm } from "../../../../reference-architectures/gce-vm/architecture.ts";
import { diskDriverArchive } from "../../../../reference-architectures/artefacts/disk-driver-chart.ts";
import { RUNNER_NODE_VERSION } from "../../../../stacks/runner/runner-machine.ts";
import {
  architectures,
  getArchitecture,
  resolveSize,
} from "../../../../reference-architectures/catalogue.ts";
import { artefactsCheck, artefactsOf } from "../../../../harness/inventory/preflight/artefacts.ts";
import type { PreflightContext } from "../../../../harness/inventory/preflight/context.ts";
import { web, type Web, type WebQuestion } from "../../../../harness/inventory/preflight/web.ts";
import { CODER_SUPPORT } from "../../../../reference-architectures/coder/coder-support.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { readyProject } from "./ready-project.ts";

const signal = new AbortController().signal;

/** Asks for chart and image of `gke 100` where the web answers so. */
async function ask(
  answer: Web,
  change: Partial<PreflightContext> = {},
): Promise<Awaited<ReturnType<typeof artefactsCheck.run>>> {
  await using ready = await readyProject();
  return await artefactsCheck.run(
    { ...ready.context, web: answer, ...change } satisfies PreflightContext,
    signal,
  );
}

const TOKEN = { status: 200, text: '{"token":"anybody"}', rateRemaining: "100;w=21600" };

test("an image of workspaces that is not there is a failure before anything is made, not of each build", async () => {
  const result = await ask(({ url }) =>
    Promise.resolve(url.includes("registry-1.docker.io") ? { status: 404, text: "" } : TOKEN),
  );
  expect(result).toMatchObject({
    state: "failed",
    found: expect.stringMatching(
      /^image docker\.io\/codercom\/\S+: not found at https:\/\/registry-1\.docker\.io/,
    ),
  });
});

test("the image of pods that generate load must be there for all of their nodes", async () => {
  const node = (what: string): boolean => what.startsWith("image docker.io/library/node:");
  await using ready = await readyProject();
  expect(artefactsOf(ready.context).some(({ what }) => node(what))).toBe(false);
  const generators = { runner: "job", generators: 3 } as const;
  const asked = artefactsOf({ ...ready.context, ...generators });
  expect(asked.find(({ what }) => node(what))?.pulls).toEqual({ count: 3, isLimited: true });
  expect(asked.some(({ what }) => what.includes("load runner"))).toBe(false);
});

test("the registry's token is sent to the registry only, not to a host that it redirects to", async () => {
  const asked: WebQuestion[] = [];
  const result = await ask((question) => {
    asked.push(question);
    if (question.url.includes("/token?")) return Promise.resolve(TOKEN);
    if (question.url.includes("/manifests/")) {
      return Promise.resolve({
        status: 307,
        text: "",
        location: "https://elsewhere.example/blob",
      });
    }
    return Promise.resolve({ status: 200, text: "", rateRemaining: "100;w=21600" });
  });
  expect(result.state).toBe("ok");
  const authorized = asked.filter(({ headers }) => headers?.["authorization"] === "Bearer anybody");
  expect(authorized.map(({ url }) => new URL(url).host)).toEqual(["ghcr.io", "registry-1.docker.io"]);
  expect(asked.some(({ url }) => url.startsWith("https://elsewhere.example"))).toBe(true);
});

test.each([
  ["an image that is not there", 404, "failed", /image ghcr\.io\/coder\/coder:v.*not found at/],
  ["a registry that refuses", 401, "unknown", /answered 401/],
  ["a registry that is busy", 429, "unknown", /answered 429/],
])("%s is %i and so %s", async (_, status, state, words) => {
  const result = await ask(({ url }) =>
    Promise.resolve(url.includes("/manifests/") ? { status, text: "" } : TOKEN),
  );
  expect(result).toMatchObject({ state, found: expect.stringMatching(words) });
});

const DIGEST = `sha256:${"5a".repeat(32)}`;

/** Every asked server returns a different digest. */
function digests(of: (url: string) => string): Web {
  return ({ url }) =>
    Promise.resolve({
      ...TOKEN,
      ...(url.includes("/token?") ? {} : { contentDigest: of(url) }),
    });
}

test("each image is resolved to the digest that its own registry reports, and nothing else is", async () => {
  const [workspace, other] = ["1", "0"].map((digit) => `sha256:${digit.repeat(64)}`);
  const result = await ask(
    digests((url) => {
      if (url.includes("ghcr.io/v2/coder/coder/")) return DIGEST;
      return url.includes("registry-1.docker.io") ? workspace! : other!;
    }),
  );
  expect(result).toMatchObject({
    state: "ok",
    coderImageDigest: DIGEST,
    workspaceImageDigest: workspace,
  });
  expect(result.found).toMatch(new RegExp(`ghcr\\.io/coder/coder:v\\S+ \\(${DIGEST}\\)`));
  expect(result.found).not.toContain(other);
});

test("the workspace image of a cluster without workspace nodes is pulled by the nodes of Coder", () => {
  const context = { architecture: getArchitecture("gke"), size: resolveSize("gke", "canary") };
  const image = artefactsOf(context).find((artefact) => artefact.image === "workspace");
  expect(image?.pulls?.count).toBe(1);
});

test("the digest is known whatever else could not be asked", async () => {
  const result = await ask((question, stopped) =>
    question.url.includes("registry-1.docker.io")
      ? Promise.resolve({ status: 429, text: "{}" })
      : digests(() => DIGEST)(question, stopped),
  );
  expect(result).toMatchObject({ state: "unknown", coderImageDigest: DIGEST });
});

test.each(["sha512:abc", "latest", ""])("an invalid digest (%s) counts as missing", async (said) => {
  const result = await ask(digests(() => said));
  expect(result.state).toBe("ok");
  expect(result).not.toHaveProperty("coderImageDigest");
  expect(result).not.toHaveProperty("workspaceImageDigest");
});

test("redirections in a circle end", async () => {
  const result = await ask(({ url }) =>
    Promise.resolve({ status: 302, text: '{"token":"t"}', location: url }),
  );
  expect(result).toMatchObject({ state: "unknown", found: expect.stringMatching(/answered 302/) });
});

test("an architecture on machines is installed from Coder's package", () => {
  const figures = gceVm.sizes["canary"]!;
  const size = { ...resolveSize("gke", "canary"), figures };
  expect(artefactsOf({ architecture: gceVm, size, runner: "local" })).toEqual([
    {
      what: `package coder_${figures.coder.version}_linux_amd64.deb`,
      url: `https://github.com/coder/coder/releases/download/v${figures.coder.version}/coder_${figures.coder.version}_linux_amd64.deb`,
    },
  ]);
});

test("external provisioners have a chart of their own", () => {
  const url = expect.stringMatching(
    /^https:\/\/helm\.coder\.com\/v2\/provisioner_helm_[\d.]+\.tgz$/,
  ) as string;
  const chartsOf = (size: string) =>
    artefactsOf({ architecture: getArchitecture("gke"), size: resolveSize("gke", size) }).map(
      (one) => one.url,
    );
  expect(chartsOf("validated-1k")).toContainEqual(url);
  expect(chartsOf("1200")).not.toContainEqual(url);
});

const NODE = `https://nodejs.org/dist/v${RUNNER_NODE_VERSION}/node-v${RUNNER_NODE_VERSION}-linux-x64.tar.gz`;
const DRIVER = diskDriverArchive();

/** Returns the requests by address for a size whose load comes from there. */
function urlsOf(name: string, runner?: "network" | "local"): readonly string[] {
  const context = { architecture: getArchitecture(name), size: resolveSize(name, "canary") };
  return artefactsOf({ ...context, ...(runner === undefined ? {} : { runner }) }).map(({ url }) => url);
}

test.each([...architectures.keys()])(
  "%s downloads Node if it has a load runner, and EKS its disks' driver",
  (name) => {
    expect(urlsOf(name)).toContain(NODE);
    expect(urlsOf(name, "local")).not.toContain(NODE);
    expect(urlsOf(name).includes(DRIVER)).toBe(name === "eks");
  },
);

test.each([
  ["Node", NODE],
  ["the disks' driver", DRIVER],
])(
  "a missing %s is a failure that no version of Coder fixes; one that cannot be asked is unknown",
  async (_, gone) => {
    const context = { architecture: getArchitecture("eks"), size: resolveSize("eks", "canary") };
    const of = (answer: () => ReturnType<Web>) =>
      ask(({ url }) => (url === gone ? answer() : Promise.resolve(TOKEN)), context);
    const missing = await of(() => Promise.resolve({ status: 404, text: "" }));
    expect(missing).toMatchObject({
      state: "failed",
      fix: expect.stringMatching(/later version of refbench/),
    });
    expect(missing.found).toContain(`not found at ${gone}`);
    expect((await of(() => Promise.resolve({ status: 503, text: "" }))).state).toBe("unknown");
    expect((await of(() => Promise.reject(new Error("ENOTFOUND")))).state).toBe("unknown");
  },
);

test("if Coder's own artefacts are missing too, the fix names Coder's version", async () => {
  const result = await ask(({ url }) =>
    Promise.resolve(url === NODE || url.includes("helm.coder.com") ? { status: 404, text: "" } : TOKEN),
  );
  expect(result).toMatchObject({ state: "failed", found: expect.stringMatching(/chart coder.*; Node v/) });
  expect(result).not.toHaveProperty("fix");
});

test("the web of this machine sends the given method and headers, and follows no redirect", async () => {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(302, { location: "/elsewhere", "docker-content-digest": DIGEST }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/thing`;
  const answer = await web({ method: "HEAD", url, headers: { accept: "x/y" } }, signal);
  expect(answer).toEqual({ status: 302, text: "", location: "/elsewhere", contentDigest: DIGEST });
  expect(asked.map(({ method, headers }) => [method, headers.accept])).toEqual([["HEAD", "x/y"]]);
});

test.each([
  ["100;w=21600", "100;w=21600", "ok", /./],
  ["1;w=21600", "1;w=21600", "failed", /2 nodes pull it at once.*allows 1;w=21600 anonymous pulls/],
  ["100;w=21600", "1;w=21600", "unknown", /allows only 1 more from this machine's address/],
  [undefined, undefined, "unknown", /does not report its limit/],
])(
  "nodes that pull where %s is granted and %s remains are %s",
  async (rateLimit, rateRemaining, state, words) => {
    const limits = { ...(rateLimit && { rateLimit }), ...(rateRemaining && { rateRemaining }) };
    const result = await ask(({ url }) =>
      Promise.resolve({
        status: 200,
        text: '{"token":"t"}',
        ...(url.includes("docker.io/v2") ? limits : {}),
      }),
    );
    expect(result).toMatchObject({ state, found: expect.stringMatching(words) });
  },
);

test("a list of Coder's releases that is too old is reported by the run's clock, and prevents nothing", async () => {
  const answer = digests(() => DIGEST);
  const day = 24 * 3_600_000;
  const made = Date.parse(CODER_SUPPORT.asOf);
  const at = (nowMs: number): Partial<PreflightContext> => ({ clock: { ...fakeClock(), now: () => nowMs } });
  expect(await ask(answer, at(made + 59 * day))).toMatchObject({
    state: "ok",
    found: expect.not.stringContaining("days old") as string,
  });
  expect(await ask(answer, at(made + 83 * day))).toMatchObject({
    state: "ok",
    found: expect.stringContaining("the list of Coder's releases is 83 days old") as string,
    fix: expect.stringContaining("update refbench") as string,
  });
});
