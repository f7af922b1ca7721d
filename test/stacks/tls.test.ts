import { createPrivateKey, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { architectures } from "../../reference-architectures/catalogue.ts";
import { type CoderCertificate, newCoderCertificate } from "../../stacks/coder-certificate.ts";
import { environmentSchema } from "../../stacks/environment.ts";
import { UNSET_SECRET } from "../../stacks/secrets.ts";
import { reasonToSkip, renderChart } from "./kubernetes/coder-chart.ts";
import { RUN, type Synthesis, synthesize, type TerraformJson } from "./synthesize.ts";

/** The name by which workspaces reach Coder. */
const NAMES: Readonly<Record<string, string>> = {
  gke: "coder.coder.svc.cluster.local",
  eks: "coder.coder.svc.cluster.local",
  kubernetes: "coder.bench-5t6w4y1z0abc-coder.svc.cluster.local",
  "gce-docker": "bench-5t6w4y1z0abc-coder",
  "gce-vm": "bench-5t6w4y1z0abc-coder",
};

describe.each([...architectures.values()])("$name with TLS", ({ name, region, zone, stacks }) => {
  const isInCluster = NAMES[name]!.endsWith(".svc.cluster.local");
  let certificate: CoderCertificate;
  let off: Synthesis;
  let on: Synthesis;
  beforeAll(async () => {
    const environment = { architecture: name, size: "canary", region, zone };
    certificate = await newCoderCertificate({ architecture: name, runId: RUN.runId });
    [off, on] = await Promise.all([
      synthesize(environment),
      synthesize({ ...environment, tls: certificate.tls }),
    ]);
  });

  test("has a certificate for the name that workspaces use, which its authority alone vouches for", () => {
    const { tls, key } = certificate;
    const [server, authority] = [tls.certificatePem, tls.caPem].map((pem) => new X509Certificate(pem)) as [
      X509Certificate,
      X509Certificate,
    ];
    expect(tls.serverName).toBe(NAMES[name]);
    for (const host of [tls.serverName, "localhost"]) expect(server.checkHost(host)).toBe(host);
    expect(server.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(server.checkHost("coder.example.com")).toBeUndefined();
    expect(server.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(server.checkIssued(authority) && server.verify(authority.publicKey)).toBe(true);
    expect([server.ca, authority.ca]).toEqual([false, true]);
  });

  test("differs from plain HTTP by what TLS takes, in the stack that Coder is in, and by nothing else", () => {
    const added = on.resources
      .map(({ id }) => id)
      .filter((id) => !off.resources.some((one) => one.id === id));
    expect(added.sort()).toEqual(
      isInCluster
        ? ["certificate"]
        : ["host_certificate_grant", "host_certificate_secret", "host_certificate_version"],
    );
    const changed = off.resources.filter(
      ({ id, type, attributes }) => JSON.stringify(find(on, type, id)) !== JSON.stringify(attributes),
    );
    expect(changed.map(({ id }) => id)).toEqual([isInCluster ? "coder_release" : "host_coder_machine"]);
    expect(off.stacks[stacks.at(-1)!].output.coder_url.value).toMatch(/http:\/\//);
    expect(on.stacks[stacks.at(-1)!].output.coder_url.value).toMatch(/https:\/\//);
  });

  test("gives the key to a write-only attribute of one secret", () => {
    expect(JSON.stringify(on.stacks)).not.toContain("PRIVATE KEY");
    const users = on.resources.flatMap(({ type, attributes }) =>
      Object.entries(attributes as object)
        .filter(([, value]) => JSON.stringify(value).includes("var.tls_key"))
        .map(([attribute, value]) => ({ type, attribute, value: value as string })),
    );
    expect(users).toHaveLength(1);
    expect(["data_wo", "secret_data_wo"]).toContain(users[0]!.attribute);
    expect(users[0]!.value).toMatch(/^\$\{(var\.tls_key|\{.*"tls\.key" = var\.tls_key.*\})\}$/);
    expect(Object.keys(on.stacks[stacks.at(-1)!].variable)).toEqual(["db_password", "tls_key"]);
    expect(Object.keys(off.stacks[stacks.at(-1)!].variable)).toEqual(["db_password"]);
    expect(on.stacks[stacks.at(-1)!].variable.tls_key).toMatchObject({
      ephemeral: true,
      default: UNSET_SECRET,
    });
  });

  test("gives the workspace template the authority to trust", () => {
    const { coder_ca: trusted } = on.stacks[stacks.at(-1)!].output.template_variables.value;
    expect(Buffer.from(trusted as string, "base64").toString()).toBe(certificate.tls.caPem);
    expect(off.stacks[stacks.at(-1)!].output.template_variables.value).not.toHaveProperty("coder_ca");
  });
});

describe.each(["gke", "eks"])("Coder on %s with TLS", (name) => {
  let release: TerraformJson;
  let secret: TerraformJson;
  beforeAll(async () => {
    const { region, zone } = architectures.get(name)!;
    const { tls } = await newCoderCertificate({ architecture: name, runId: RUN.runId });
    const made = await synthesize({ architecture: name, size: "100", region, zone, tls });
    release = made.resources.find(({ id }) => id === "coder_release")!.attributes;
    secret = find(made, "kubernetes_secret_v1", "certificate");
  });

  test("has its certificate from a Secret that exists before it", () => {
    expect(secret).toMatchObject({ type: "kubernetes.io/tls", metadata: { name: "coder-tls" } });
    expect(release.depends_on).toContain("kubernetes_secret_v1.certificate");
    const { coder } = JSON.parse(release.values[0] as string);
    expect(coder.tls).toEqual({ secretNames: ["coder-tls"] });
    for (const key of ["tls.crt", "tls.key", "ca.crt"]) expect(secret.data_wo).toContain(`"${key}" = `);
  });

  test.skipIf(reasonToSkip() !== undefined)(
    "serves TLS, trusts its authority, and is reached by the certificate's name, by its chart's values",
    async () => {
      const manifests = await renderChart(release, JSON.parse(release.values[0] as string));
      const pod = manifests.find(({ kind }) => kind === "Deployment").spec.template.spec;
      const env = Object.fromEntries(
        pod.containers[0].env.map(({ name: variable, value }: TerraformJson) => [variable, value]),
      );
      const folder = "/etc/ssl/certs/coder/coder-tls";
      expect(env).toMatchObject({
        CODER_ACCESS_URL: `https://${NAMES[name]!}`,
        CODER_TLS_ENABLE: "true",
        CODER_TLS_ADDRESS: "0.0.0.0:8443",
        CODER_TLS_CERT_FILE: `${folder}/tls.crt`,
        CODER_TLS_KEY_FILE: `${folder}/tls.key`,
      });
      expect(pod.containers[0].volumeMounts).toEqual([
        { name: "tls-coder-tls", mountPath: folder, readOnly: true },
        {
          name: "ca-cert-coder-tls",
          mountPath: "/etc/ssl/certs/coder-tls.crt",
          subPath: "ca.crt",
          readOnly: true,
        },
      ]);
      expect(manifests.find(({ kind }) => kind === "Service").spec.ports).toContainEqual(
        expect.objectContaining({ name: "https", port: 443 }),
      );
    },
  );
});

test.each(["gce-docker", "gce-vm"])(
  "Coder on %s serves nothing but TLS to the network, under the certificate's name",
  async (name) => {
    const { region, zone } = architectures.get(name)!;
    const { tls } = await newCoderCertificate({ architecture: name, runId: RUN.runId });
    const { metadata } = find(
      await synthesize({ architecture: name, size: "canary", region, zone, tls }),
      "google_compute_instance",
      "host_coder_machine",
    );
    const env = (metadata["coder-env"] as string).split("\n");
    expect(env).toEqual(expect.arrayContaining(["CODER_TLS_ENABLE=true", "CODER_TLS_ADDRESS=0.0.0.0:7080"]));
    expect(env.join("\n")).not.toContain("CODER_HTTP_ADDRESS");
    expect(metadata["coder-access-url"]).toBe(`https://${NAMES[name]!}:7080`);
    expect(metadata["coder-tls-certificate"]).toBe(`${tls.certificatePem}${tls.caPem}`);
    expect(metadata["coder-tls-ca"]).toBe(tls.caPem);
  },
);

test("an older environment has no TLS", () => {
  expect(environmentSchema.parse(RUN).tls).toBeUndefined();
});

function find({ resources }: Synthesis, type: string, id: string): TerraformJson {
  return resources.find((one) => one.type === type && one.id === id)?.attributes;
}
