import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { architectures } from "../../reference-architectures/catalogue.ts";
import { readTemplate } from "../../reference-architectures/template.ts";
import {
  certificateChain,
  type CoderCertificate,
  newCoderCertificate,
  templateTrust,
} from "../../stacks/coder-certificate.ts";

/** The first command of an agent's script: it fetches the agent from Coder. */
const FETCH = 'curl --silent --show-error --fail "$CODER/bin/coder-linux-amd64"';

const NAMES = [...architectures.keys()];
const RUN_ID = "01kb3v9x2m7q8r5t6w4y1z0abc";

let folder: string;
let certificate: CoderCertificate;
let coder: ReturnType<typeof createServer>;
/** Each template's prefix of the agent's script, as Terraform reads it: with an authority to trust, and without. */
let trust: Readonly<Record<string, { readonly value: Readonly<Record<string, string>> }>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "refbench-trust-"));
  certificate = await newCoderCertificate({ architecture: "gke", runId: RUN_ID });
  const { tls, key } = certificate;
  coder = createServer({ cert: certificateChain(tls), key }, (_, response) => response.end("the agent"));
  await new Promise<void>((resolve) => coder.listen(0, "127.0.0.1", resolve));

  const values = [templateTrust(certificate)["coder_ca"]!, ""];
  const outputs = await Promise.all(NAMES.map((name) => outputOf(name, values)));
  await writeFile(join(folder, "main.tf"), outputs.join("\n"));
  await execa("terraform", ["apply", "-auto-approve"], { cwd: folder });
  trust = JSON.parse((await execa("terraform", ["output", "-json"], { cwd: folder })).stdout);
});
afterAll(() => void coder.close());

/** A part of a template, as an output for each value of its variable. */
async function outputOf(architecture: string, values: readonly string[]): Promise<string> {
  const { "main.tf": main = "" } = await readTemplate(architecture);
  const [, expression = ""] = /^ {2}trust += ([^]*?^ {2}SH\n)/m.exec(main) ?? [];
  const named = values.map((value, index) => {
    const text = expression.replaceAll("${var.coder_ca}", value).replaceAll("var.coder_ca", `"${value}"`);
    return `${["on", "off"][index]!} = ${text}`;
  });
  return `output "${architecture}" {\nvalue = {\n${named.join("\n")}}\n}`;
}

/** Asks as an agent does, after this; what lies in the system's folder for temporary files lies in the test's. */
async function fetchAfter(before: string): Promise<{ exitCode?: number | undefined; stdout: string }> {
  const { port } = coder.address() as AddressInfo;
  return execa("sh", ["-c", `${before.replaceAll("/tmp/", `${folder}/`)}${FETCH}`], {
    env: { PATH: process.env["PATH"], CODER: `https://localhost:${port}` },
    extendEnv: false,
    reject: false,
  });
}

test("an agent without settings does not trust the run's own authority", async () => {
  // curl's own code for a certificate that nobody vouches for.
  expect(await fetchAfter("")).toMatchObject({ exitCode: 60 });
});

test.each(NAMES)(
  "the template of %s has its agent trust the run's own authority from the start",
  async (name) => {
    expect(await fetchAfter(trust[name]!.value["on"]!)).toMatchObject({ exitCode: 0, stdout: "the agent" });
    const { "main.tf": main = "" } = await readTemplate(name);
    expect(main).toContain("${local.trust}${coder_agent.main.init_script}");
    expect(main.match(/init_script/g)).toHaveLength(1);
  },
);

test.each(NAMES)("the template of %s has no authority if Coder speaks plain HTTP", (name) => {
  expect(trust[name]!.value["off"]).toBe("");
});
