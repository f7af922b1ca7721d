import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { ENDLESS_ANSWERS } from "../support/network/endless-proxy.ts";
import { mainAgainst } from "../support/command/main-against.ts";
import { readyProject } from "../harness/inventory/preflight/ready-project.ts";

/** Below the 40 s that a bucket's four tries may take together. */
const BOUND = { timeout: 30_000 };
const MIB = 2 ** 20;
/** Google's and AWS's answers have at most 16 MiB, a page of S3 has 8; the rest is on its way when the reader stops. */
const MOST_AN_ANSWER = 24 * MIB;
/** A file in a bucket is at most as large as this, plus what is on its way. */
const MOST_OF_A_FILE = 320 * MIB;

const RUN = "01jd0000000000000000000000";
const FROM_GCS = ["--from", "gs://some-bucket/prefix"];
const COMMANDS = {
  "results import": ["results", "import", ...FROM_GCS],
  "results import from S3": ["results", "import", "--from", "s3://some-bucket/prefix?region=us-east-2"],
  teardown: ["teardown", RUN, ...FROM_GCS],
  "teardown --all": ["teardown", "--all", "--dry-run", ...FROM_GCS],
  "sweep of a project": ["sweep", "--project", "some-project", "--dry-run"],
  "sweep of an account": ["sweep", "--account", "123456789012", "--region", "us-east-2", "--dry-run"],
  "preflight gke": ["preflight", "gke", "--project", "some-project", "--skip-preflight", "artefacts"],
  "preflight eks": [
    ...["preflight", "eks", "--account", "123456789012"],
    // They ask servers that are not the cloud's.
    ...["--skip-preflight", "artefacts,cluster-access"],
  ],
} as const;

const ANSWERS = ["sends a body without an end", "sends a hundred thousand brackets"] as const;

/** A server on loopback that gives this answer to everything, with what it sent so far. */
async function endless(answer: (typeof ANSWERS)[number]) {
  const told = { asked: 0, sent: 0 };
  const server: Server = createServer((request, response) => {
    request.resume();
    told.asked += 1;
    ENDLESS_ANSWERS[answer](response);
  });
  server.on("connection", (socket) => socket.on("close", () => (told.sent += socket.bytesWritten)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, told, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const APIS = [
  ...["COMPUTE", "CONTAINER", "SQL", "IAM", "SECRET_MANAGER", "DNS", "RESOURCE_MANAGER", "STORAGE"],
  ...["SERVICE_USAGE", "OAUTH2", "CLOUD_ASSET", "MONITORING"],
];

/** Leads every question to a cloud to one server. */
const cloudAt = (url: string) => ({
  GOOGLE_OAUTH_ACCESS_TOKEN: "token",
  ...Object.fromEntries(APIS.map((name) => [`GOOGLE_${name}_CUSTOM_ENDPOINT`, `${url}/${name}/v1/`])),
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: "testing",
  AWS_SECRET_ACCESS_KEY: "testing",
});

const cases = (Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]).flatMap((name) =>
  ANSWERS.map((answer) => [name, answer] as const),
);

test.concurrent.each(cases)("%s ends if the cloud %s", BOUND, async (name, answer) => {
  const { server, told, url } = await endless(answer);
  const { code, said } = await mainAgainst(server, COMMANDS[name], cloudAt(url));
  expect(told.asked, said).toBeGreaterThan(0);
  expect(code, said).not.toBe(0);
  expect(said).not.toContain("defect of refbench");
  const isOfAFile = name.startsWith("teardown") && !name.includes("--all");
  expect(told.sent).toBeLessThan(isOfAFile ? MOST_OF_A_FILE : told.asked * MOST_AN_ANSWER);
});

test.each(["COMPUTE", "CONTAINER", "SQL", "SERVICE_USAGE", "RESOURCE_MANAGER"])(
  "preflight of a project that is ready ends where %s alone sends a body without an end",
  BOUND,
  async (api) => {
    await using ready = await readyProject();
    const { server, told, url } = await endless("sends a body without an end");
    const healthy = Object.entries(ready.endpoints).map(([name, at]) => [
      `GOOGLE_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}_CUSTOM_ENDPOINT`,
      at,
    ]);
    const env = {
      ...cloudAt(url),
      ...(Object.fromEntries(healthy) as NodeJS.ProcessEnv),
      [`GOOGLE_${api}_CUSTOM_ENDPOINT`]: `${url}/${api}/v1/`,
    };
    const { code, said } = await mainAgainst(server, COMMANDS["preflight gke"], env);
    expect(told.asked, said).toBeGreaterThan(0);
    expect(code, said).toBe(30);
    expect(told.sent).toBeLessThan(told.asked * MOST_AN_ANSWER);
  },
);
