import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1/index.js";
import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1/index.js";
import { type App, type ITerraformDependable, TerraformLocal } from "cdktf";
import type { Size } from "../../reference-architectures/architecture.ts";
import { pinnedImage } from "../../reference-architectures/artefacts/workspace-image.ts";
import { BenchStack, type BenchStackProps } from "../bench-stack.ts";
import { templateTrust } from "../coder-certificate.ts";
import { CANDIDATE_DATABASE_NAME, DATABASE_NAME, DATABASE_USER } from "../database-names.ts";
import { benchLabels } from "../labels.ts";
import { nextSteps } from "../manual/next-steps.ts";
import { providerMirror } from "../provider-mirror.ts";
import type { CoderOutputs } from "../outputs.ts";
import { TLS_KEY } from "../secrets.ts";
import type { ClusterConnection } from "./cluster-access.ts";
import { CoderRelease, releaseName } from "./coder-release.ts";
import { coderValues } from "./coder-values.ts";
import { CODER_NAMESPACE, HOME_STORAGE_CLASS } from "./names.ts";
import { ROLE_TAINT, roleLabel } from "./node-role.ts";
import { countNodesOf } from "./plan-pools.ts";
import { kubernetesProviders } from "./providers.ts";
import { addTlsSecret } from "./tls-secret.ts";
import { WorkspaceImage } from "./workspace-image.ts";
import { type HomeDisks, WorkspaceSpace } from "./workspace-space.ts";

/** Name of the secret with the database's address. */
const DATABASE_SECRET = "coder-db-url";

export interface CoderStackProps extends BenchStackProps {
  readonly size: Size;
  readonly access: ClusterConnection;
  readonly databaseAddress: string;
  readonly disks: HomeDisks;
  /** Annotations that keep the load balancer of Coder's Service inside the network. */
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  /** Adds the disk driver that the cluster lacks. It stays until the last workspace is deleted. */
  readonly addDriver?: (stack: BenchStack) => ITerraformDependable;
}

/** Everything inside the cluster. A separate stack, because a provider cannot reach a cluster of the same plan. */
export class CoderStack extends BenchStack {
  constructor(app: App, name: string, props: CoderStackProps) {
    super(app, name, props);
    const { environment } = this;
    const { size } = props;
    kubernetesProviders(this, props.access);
    const labels = benchLabels(environment);
    const driver = props.addDriver?.(this);

    const namespace = new NamespaceV1(this, "namespace", {
      metadata: { name: CODER_NAMESPACE, labels },
      // It is deleted last, after the Service's load balancer: the controller holds the Service until then.
      timeouts: { delete: "20m" },
    });
    const workspaces = new WorkspaceSpace(this, "workspaces", {
      environment,
      coderNamespace: namespace.metadata.name,
      disks: props.disks,
      dependsOn: driver === undefined ? [] : [driver],
    });
    new WorkspaceImage(this, "workspace-image", {
      environment,
      namespace: namespace.metadata.name,
      image: pinnedImage(size.workspacePod.image, environment.workspaceImageDigest),
      nodes: countNodesOf("workspaces", size),
    });
    const secret = this.addDatabaseSecret(props.databaseAddress, namespace.metadata.name, labels);
    const certificate = this.addCertificate(namespace.metadata.name, labels);
    const release = new CoderRelease(this, "coder", {
      environment,
      namespace: namespace.metadata.name,
      chartVersion: size.coder.version,
      name: releaseName(environment),
      values: this.releaseValues(props),
      // Coder deletes workspaces with its role, so the role is destroyed after Coder.
      dependsOn: [secret, ...certificate, workspaces.ready],
    });
    const place = {
      namespace: workspaces.namespace,
      storage_class: HOME_STORAGE_CLASS,
      ...templateTrust(environment),
    };
    this.addOutputs({
      ...nextSteps({ environment, size, place }),
      coder_url: release.url,
      template_variables: place,
      coder_namespace: namespace.metadata.name,
      workspace_namespace: workspaces.namespace,
      coder_release: release.releaseName,
      coder_chart_version: release.chartVersion,
    } satisfies CoderOutputs);
  }

  private releaseValues({ size, serviceAnnotations }: CoderStackProps): Record<string, unknown> {
    const { environment } = this;
    return coderValues({
      size,
      imageDigest: environment.coderImageDigest,
      mirror: providerMirror(environment.architecture, size),
      release: releaseName(environment),
      labels: benchLabels(environment),
      databaseSecret: DATABASE_SECRET,
      tls: environment.tls !== undefined,
      serviceAnnotations,
      nodeSelector: { [roleLabel("coder")]: "true" },
      tolerations: [{ key: ROLE_TAINT, value: "coder" }],
    });
  }

  /** Adds the secret with Coder's certificate where Coder serves TLS. */
  private addCertificate(namespace: string, labels: Record<string, string>): ITerraformDependable[] {
    const { tls } = this.environment;
    if (tls === undefined) return [];
    const key = this.ephemeralVariable(TLS_KEY, "Key of Coder's certificate.");
    return [addTlsSecret(this, "certificate", { tls, namespace, labels, key })];
  }

  private addDatabaseSecret(address: string, namespace: string, labels: Record<string, string>): SecretV1 {
    const isCandidate = this.environment.comparison?.release === "candidate";
    const database = isCandidate ? CANDIDATE_DATABASE_NAME : DATABASE_NAME;
    const password = this.ephemeralVariable("db_password", "Password of Coder's database user.");
    const variable = `var.${password.friendlyUniqueId}`;
    const secret = new SecretV1(this, "database-url", {
      metadata: { name: DATABASE_SECRET, namespace, labels },
      // A run's password never changes, but a candidate's release has another database.
      dataWoRevision: isCandidate ? 2 : 1,
    });
    const host = new TerraformLocal(this, "database-address", address);
    const url = `postgres://${DATABASE_USER}:\${${variable}}@\${local.${host.friendlyUniqueId}}:5432/${database}?sslmode=require`;
    secret.addOverride("data_wo", { url });
    return secret;
  }
}
