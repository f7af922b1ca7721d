import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { awsRunnerAccess } from "../../../../harness/composition/runner/aws.ts";
import { pathWith, sshServer, throughTunnel } from "../../cli/runner/tunnel.ts";

const MACHINE = "i-0123456789abcdef0";

/** As cloud-init prints it on Amazon Linux, between the kernel's own lines. */
const CONSOLE = `[   11.1] cloud-init[1593]: ci-info: no authorized SSH keys fingerprints found for user refbench.\r
<14>Nov 22 09:00:12 cloud-init: -----BEGIN SSH HOST KEY FINGERPRINTS-----\r
<14>Nov 22 09:00:12 cloud-init: 256 SHA256:abc root@ip-10-0-1-7 (ED25519)\r
<14>Nov 22 09:00:12 cloud-init: -----END SSH HOST KEY FINGERPRINTS-----\r
-----BEGIN SSH HOST KEY KEYS-----\r
ecdsa-sha2-nistp256 AAAAE2VjZHNh+LXNo/YTI= root@ip-10-0-1-7\r
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI root@ip-10-0-1-7\r
-----END SSH HOST KEY KEYS-----\r
[   12.0] cloud-init[1593]: Cloud-init finished\r
`;

/** A runner whose EC2 answers on this machine; no answer = a refusal. */
async function runner({ console, aws = "exit 0" }: { console?: string; aws?: string } = {}) {
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(new URLSearchParams(body));
      response
        .writeHead(console === undefined ? 400 : 200, { "content-type": "text/xml" })
        .end(
          console === undefined
            ? `<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>The instance ID '${MACHINE}' does not exist</Message></Error></Errors></Response>`
            : `<GetConsoleOutputResponse><instanceId>${MACHINE}</instanceId><output>${Buffer.from(console).toString("base64")}</output></GetConsoleOutputResponse>`,
        );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = await awsRunnerAccess({
    machine: MACHINE,
    region: "us-east-1",
    privateKey: "a key",
    env: {
      ...(await pathWith({ aws, "session-manager-plugin": "exit 0" })),
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "very-secret",
    },
  });
  return { access, asked, url };
}

test("the tunnel is Session Manager's, to the SSH port of the instance, and carries bytes both ways", async () => {
  const server = await sshServer();
  const { access, url } = await runner({ aws: server.relay });
  expect(await throughTunnel(access)).toBe("SSH-2.0-fake\r\nsaid: hello\n");
  expect(await server.args()).toEqual([
    "ssm",
    "start-session",
    `--target=${MACHINE}`,
    "--document-name=AWS-StartSSHSession",
    "--parameters=portNumber=22",
    "--region=us-east-1",
  ]);
  expect(access.tunnel.env).toMatchObject({ AWS_ENDPOINT_URL: url, AWS_SECRET_ACCESS_KEY: "very-secret" });
});

test("the host keys are those that cloud-init printed to the present console", async () => {
  const { access, asked } = await runner({ console: CONSOLE });
  expect(await access.hostKeys(AbortSignal.timeout(10_000))).toEqual([
    "ecdsa-sha2-nistp256 AAAAE2VjZHNh+LXNo/YTI=",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI",
  ]);
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    Action: "GetConsoleOutput",
    InstanceId: MACHINE,
    Latest: "true",
  });
});

test.each([
  ["before cloud-init has printed them", "[    0.0] Linux version 6.1\r\n"],
  ["while it prints them", CONSOLE.slice(0, CONSOLE.indexOf("-----END SSH HOST KEY KEYS-----"))],
  ["before there is a console", ""],
])("%s there are no host keys yet", async (_, console) => {
  const { access } = await runner({ console });
  await expect(access.hostKeys(AbortSignal.timeout(10_000))).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringContaining("not printed them to its console yet"),
  });
});

test("a machine that restarted with other keys has those", async () => {
  const { access } = await runner({
    console: CONSOLE + CONSOLE.replaceAll("AAAAC3NzaC1lZDI1NTE5AAAAI", "AAAAC3NzaC1lZDI1NTE5NEW"),
  });
  const keys = await access.hostKeys(AbortSignal.timeout(10_000));
  expect(keys).toContain("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5NEW");
  expect(keys).not.toContain("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI");
});

test("an instance that EC2 does not know is an infrastructure error with EC2's message", async () => {
  const { access } = await runner();
  await expect(access.hostKeys(AbortSignal.timeout(10_000))).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringContaining(`The instance ID '${MACHINE}' does not exist`),
  });
});

test.each([
  ["aws", { "session-manager-plugin": "exit 0" }, "getting-started-install"],
  ["session-manager-plugin", { aws: "exit 0" }, "install-plugin"],
])(
  "without %s a runner is out of reach, which is reported with the program's source",
  async (tool, programs, where) => {
    const options = { machine: MACHINE, region: "us-east-1", privateKey: "a key" };
    const env = await pathWith(programs);
    await expect(awsRunnerAccess({ ...options, env })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(new RegExp(`^${tool} is not on PATH.*${where}`)),
    });
  },
);
