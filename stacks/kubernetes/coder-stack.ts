import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1/index.js";
import type { App, ITerraformDependable, TerraformVariable } from "cdktf";
import type { Size } from "../../reference-architectures/architecture.ts";
import { pinnedImage } from "../../reference-architectures/artefacts/workspace-image.ts";
import { BenchStack, type BenchStackProps } from "../bench-stack.ts";
import { templateTrust } from "../coder-certificate.ts";
import type { OwnCluster } from "../environment.ts";
import { benchLabels } from "../labels.ts";
import { nextSteps } from "../manual/next-steps.ts";
import { providerMirror } from "../provider-mirror.ts";
import { hasExternalProvisioners } from "../provisioners/variables.ts";
import type { CloudOutputs, CoderOutputs } from "../outputs.ts";
import { DATABASE_URL, TLS_KEY } from "../secrets.ts";
import type { ClusterConnection, Kubeconfig } from "./cluster-access.ts";
import { CoderRelease, releaseName } from "./coder-release.ts";
import { coderImage, coderValues } from "./coder-values.ts";
import { addDatabaseSecret, type CoderDatabase, DATABASE_SECRET } from "./database-secret.ts";
import { type ClusterNamespaces, CODER_SERVICE, serviceName } from "./names.ts";
import { type NodePlacement, type NodeRole, selectorText } from "./node-role.ts";
import { kubernetesProviders } from "./providers.ts";
import { PROVISIONER_ACCOUNT, ProvisionerRelease } from "./provisioner-release.ts";
import { provisionerValues } from "./provisioner-values.ts";
import { addTlsSecret } from "./tls-secret.ts";
import { WorkspaceImage } from "./workspace-image.ts";
import { type HomeDisks, WorkspaceSpace } from "./workspace-space.ts";

/** Where a database inside the cluster is made. */
export interface DatabaseSite {
  readonly stack: BenchStack;
  /** Coder's namespace. */
  readonly namespace: string;
  /** An ephemeral variable. */
  readonly password: TerraformVariable;
}

/** A database, and what must exist before Coder starts. */
export interface AddedDatabase extends CoderDatabase {
  readonly ready: readonly ITerraformDependable[];
}

export interface CoderStackProps extends BenchStackProps {
  readonly size: Size;
  readonly access: ClusterConnection | Kubeconfig;
  readonly namespaces: ClusterNamespaces;
  /** Adds or names the database. Absent = the run's secrets have the URL of the user's own. */
  readonly addDatabase?: ((site: DatabaseSite) => AddedDatabase) | undefined;
  /** The class of home disks to make; absent = the cluster has one. */
  readonly disks?: HomeDisks;
  /** The class of home disks, made here or not; empty = the cluster's default. */
  readonly storageClass: string;
  /**
   * Annotations that keep the load balancer of Coder's Service inside the network.
   * @default no load balancer
   */
  readonly balancerAnnotations?: Readonly<Record<string, string>>;
  /** The nodes of each role. */
  readonly placement: (role: NodeRole) => NodePlacement;
  /** The number of nodes on which workspaces may run. */
  readonly workspaceNodes: number;
  /** The user's own chart and images. @default Coder's chart, and public images */
  readonly artefacts?: Pick<OwnCluster, "chart" | "provisionerChart" | "images">;
  /** The place, where no other stack outputs it. */
  readonly outputs?: CloudOutputs;
  /** Adds the disk driver that the cluster lacks. It stays until the last workspace is deleted. */
  readonly addDriver?: (stack: BenchStack) => ITerraformDependable;
}

/** Everything inside the cluster. A separate stack, because a provider cannot reach a cluster of the same plan. */
export class CoderStack extends BenchStack {
  constructor(app: App, name: string, props: CoderStackProps) {
    super(app, name, props);
    const { environment } = this;
    const { size, placement, artefacts = {} } = props;
    kubernetesProviders(this, props.access);
    const driver = props.addDriver?.(this);

    const namespace = this.addNamespace("namespace", props.namespaces.coder);
    const workspaces = new WorkspaceSpace(this, "workspaces", {
      environment,
      coderNamespace: namespace,
      builder: hasExternalProvisioners(size) ? PROVISIONER_ACCOUNT : CODER_SERVICE,
      name: props.namespaces.workspaces,
      disks: props.disks,
      dependsOn: driver === undefined ? [] : [driver],
    });
    const workspaceImage =
      artefacts.images?.workspace ?? pinnedImage(size.workspacePod.image, environment.workspaceImageDigest);
    new WorkspaceImage(this, "workspace-image", {
      environment,
      namespace,
      image: workspaceImage,
      nodes: props.workspaceNodes,
      placement: placement("workspaces"),
    });
    const database = this.addDatabase(props, namespace);
    const certificate = this.addCertificate(namespace, benchLabels(environment));
    const release = new CoderRelease(this, "coder", {
      environment,
      namespace,
      chart: { version: size.coder.version, own: artefacts.chart },
      name: releaseName(environment),
      values: this.releaseValues(props),
      isBalanced: props.balancerAnnotations !== undefined,
      // Coder deletes workspaces with its role, so the role is destroyed after Coder.
      dependsOn: [...database, ...certificate, workspaces.ready],
    });
    if (hasExternalProvisioners(size))
      this.addProvisioners(props, namespace, [release.ready, workspaces.ready]);
    const place = {
      namespace: workspaces.namespace,
      storage_class: props.storageClass,
      node_selector: selectorText(placement("workspaces").nodeSelector),
      ...(artefacts.images?.workspace === undefined ? {} : { image: workspaceImage }),
      ...templateTrust(environment),
    };
    const { load } = props.namespaces;
    this.addOutputs({
      ...props.outputs,
      ...nextSteps({ environment, size, place, coderNamespace: namespace }),
      coder_url: release.url,
      template_variables: place,
      coder_namespace: namespace,
      workspace_namespace: workspaces.namespace,
      load_namespace: load === undefined ? undefined : this.addNamespace("load", load),
      coder_release: release.releaseName,
      coder_chart_version: release.chartVersion,
    } satisfies CoderOutputs);
  }

  private addNamespace(id: string, name: string): string {
    const namespace = new NamespaceV1(this, id, {
      metadata: { name, labels: benchLabels(this.environment) },
      // Coder's is deleted last, after the Service's load balancer: the controller holds the Service until then.
      timeouts: { delete: "20m" },
    });
    return namespace.metadata.name;
  }

  private releaseValues(props: CoderStackProps): Record<string, unknown> {
    const { environment } = this;
    const { size, balancerAnnotations } = props;
    return coderValues({
      size,
      image: this.coderImage(props),
      mirror: hasExternalProvisioners(size) ? undefined : providerMirror(environment.architecture, size),
      release: releaseName(environment),
      labels: benchLabels(environment),
      databaseSecret: DATABASE_SECRET,
      tls: environment.tls !== undefined,
      balancerAnnotations,
      placement: props.placement("coder"),
    });
  }

  private coderImage({ size, artefacts }: CoderStackProps): string {
    const { coderImageDigest } = this.environment;
    return artefacts?.images?.coder ?? coderImage(size.coder.version, coderImageDigest);
  }

  /** Adds external provisioners, which exist from the second apply on. */
  private addProvisioners(
    props: CoderStackProps,
    namespace: string,
    dependsOn: ITerraformDependable[],
  ): void {
    const { environment } = this;
    const { size, artefacts } = props;
    const tls = environment.tls !== undefined;
    new ProvisionerRelease(this, "external-provisioners", {
      environment,
      namespace,
      chart: { version: size.coder.version, own: artefacts?.provisionerChart },
      values: provisionerValues({
        size,
        url: `${tls ? "https" : "http"}://${serviceName(namespace)}`,
        tls,
        image: this.coderImage(props),
        mirror: providerMirror(environment.architecture, size),
        labels: benchLabels(environment),
        placement: props.placement("provisioners"),
      }),
      variables: this.provisionerVariables(size),
      dependsOn,
    });
  }

  /** Adds the Secret with the database's URL, and the database if the stack has it. */
  private addDatabase({ addDatabase }: CoderStackProps, namespace: string): ITerraformDependable[] {
    const { environment } = this;
    if (addDatabase === undefined) {
      const url = this.ephemeralVariable(DATABASE_URL, "URL of the user's own Postgres.");
      return [addDatabaseSecret(this, "database-url", { environment, namespace, secret: url })];
    }
    const password = this.ephemeralVariable("db_password", "Password of Coder's database user.");
    const database = addDatabase({ stack: this, namespace, password });
    const secret = { environment, namespace, secret: password, database };
    return [addDatabaseSecret(this, "database-url", secret), ...database.ready];
  }

  /** Adds the secret with Coder's certificate where Coder serves TLS. */
  private addCertificate(namespace: string, labels: Record<string, string>): ITerraformDependable[] {
    const { tls } = this.environment;
    if (tls === undefined) return [];
    const key = this.ephemeralVariable(TLS_KEY, "Key of Coder's certificate.");
    return [addTlsSecret(this, "certificate", { tls, namespace, labels, key })];
  }
}
