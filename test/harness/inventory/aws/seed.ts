import * as autoscaling from "@aws-sdk/client-auto-scaling";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as ec2 from "@aws-sdk/client-ec2";
import * as eks from "@aws-sdk/client-eks";
import * as elb from "@aws-sdk/client-elastic-load-balancing";
import * as elbv2 from "@aws-sdk/client-elastic-load-balancing-v2";
import * as iam from "@aws-sdk/client-iam";
import * as kms from "@aws-sdk/client-kms";
import * as rds from "@aws-sdk/client-rds";
import { namePrefix } from "../../../../harness/model/run-id.ts";
import type { RunId } from "../../../../harness/model/run-id.ts";
import type { Moto } from "./moto.ts";
import { MOTO_REGION } from "./moto.ts";

/** Clients of the real SDK that make things in the emulator, as Terraform, a controller or a stranger would. */
export function makers({ url }: Moto) {
  const config = {
    region: MOTO_REGION,
    endpoint: url,
    credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
  };
  return {
    autoscaling: new autoscaling.AutoScaling(config),
    ec2: new ec2.EC2(config),
    eks: new eks.EKS(config),
    elb: new elb.ElasticLoadBalancing(config),
    elbv2: new elbv2.ElasticLoadBalancingV2(config),
    iam: new iam.IAM(config),
    kms: new kms.KMS(config),
    logs: new logs.CloudWatchLogs(config),
    rds: new rds.RDS(config),
  };
}
export type Makers = ReturnType<typeof makers>;

/** The default tags of a run, as the provider puts them on everything that takes tags. */
export function runTags(runId: RunId, managed = "cdktf"): Record<string, string> {
  return {
    "bench-run": runId,
    "bench-env": "eks",
    "bench-owner": "nightly",
    "bench-expires": "1795400000",
    "bench-managed": managed,
  };
}

/** Tags in the shape of most services. */
export function pairs(tags: Record<string, string>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

const ASSUME = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "logs:PutLogEvents", Resource: "*" }],
});

/** The network of a run with tags on everything. */
export async function makeNetwork({ ec2 }: Makers, runId: RunId) {
  const tags = pairs(runTags(runId));
  const tagged = <T extends ec2.ResourceType>(ResourceType: T) => ({
    TagSpecifications: [{ ResourceType, Tags: tags }],
  });
  const { Vpc } = await ec2.createVpc({ CidrBlock: "10.0.0.0/16", ...tagged("vpc") });
  const VpcId = Vpc!.VpcId!;
  const subnets: string[] = [];
  for (const [index, zone] of ["a", "b"].entries()) {
    const { Subnet } = await ec2.createSubnet({
      VpcId,
      CidrBlock: `10.0.${index}.0/24`,
      AvailabilityZone: `${MOTO_REGION}${zone}`,
      ...tagged("subnet"),
    });
    subnets.push(Subnet!.SubnetId!);
  }
  const { InternetGateway } = await ec2.createInternetGateway(tagged("internet-gateway"));
  const InternetGatewayId = InternetGateway!.InternetGatewayId!;
  await ec2.attachInternetGateway({ InternetGatewayId, VpcId });
  const { AllocationId } = await ec2.allocateAddress({ Domain: "vpc", ...tagged("elastic-ip") });
  await ec2.createNatGateway({ SubnetId: subnets[0], AllocationId, ...tagged("natgateway") });
  const { RouteTable } = await ec2.createRouteTable({ VpcId, ...tagged("route-table") });
  await ec2.associateRouteTable({ RouteTableId: RouteTable!.RouteTableId, SubnetId: subnets[1] });
  const { GroupId } = await ec2.createSecurityGroup({
    VpcId,
    GroupName: `${namePrefix(runId)}-nodes`,
    Description: "nodes",
    ...tagged("security-group"),
  });
  await ec2.createVpcEndpoint({
    VpcId,
    ServiceName: `com.amazonaws.${MOTO_REGION}.s3`,
    VpcEndpointType: "Gateway",
    ...tagged("vpc-endpoint"),
  });
  return { VpcId, subnets, securityGroup: GroupId! };
}

/** Cluster, nodes, database and identities of a run. */
export async function makePlatform(
  makers: Makers,
  runId: RunId,
  { subnets, securityGroup }: Awaited<ReturnType<typeof makeNetwork>>,
): Promise<void> {
  const { autoscaling, ec2, eks, iam, kms, logs, rds } = makers;
  const name = namePrefix(runId);
  const tags = runTags(runId);
  const role = await iam.createRole({
    RoleName: `${name}-node`,
    AssumeRolePolicyDocument: ASSUME,
    Tags: pairs(tags),
  });
  const { Policy } = await iam.createPolicy({
    PolicyName: `${name}-logs`,
    PolicyDocument: POLICY,
    Tags: pairs(tags),
  });
  await iam.createPolicyVersion({ PolicyArn: Policy!.Arn, PolicyDocument: POLICY, SetAsDefault: true });
  await iam.attachRolePolicy({ RoleName: `${name}-node`, PolicyArn: Policy!.Arn });
  await iam.putRolePolicy({ RoleName: `${name}-node`, PolicyName: "inline", PolicyDocument: POLICY });
  await iam.createInstanceProfile({ InstanceProfileName: `${name}-node`, Tags: pairs(tags) });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: `${name}-node`, RoleName: `${name}-node` });
  await iam.createOpenIDConnectProvider({
    Url: "https://oidc.eks.us-east-1.amazonaws.com/id/ABCDEF0123456789",
    ClientIDList: ["sts.amazonaws.com"],
    ThumbprintList: ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"],
    Tags: pairs(tags),
  });
  const roleArn = role.Role!.Arn!;
  await eks.createCluster({
    name,
    roleArn,
    resourcesVpcConfig: { subnetIds: subnets, securityGroupIds: [securityGroup] },
    tags,
  });
  await eks.createNodegroup({
    clusterName: name,
    nodegroupName: "workspaces",
    nodeRole: roleArn,
    subnets,
    tags,
  });
  await ec2.createLaunchTemplate({
    LaunchTemplateName: `${name}-nodes`,
    LaunchTemplateData: { InstanceType: "m6i.large", ImageId: "ami-12c6146b" },
    TagSpecifications: [{ ResourceType: "launch-template", Tags: pairs(tags) }],
  });
  await autoscaling.createAutoScalingGroup({
    AutoScalingGroupName: `eks-workspaces-${name}`,
    LaunchTemplate: { LaunchTemplateName: `${name}-nodes`, Version: "$Latest" },
    MinSize: 0,
    MaxSize: 3,
    DesiredCapacity: 0,
    VPCZoneIdentifier: subnets[0],
    Tags: [{ Key: "eks:cluster-name", Value: name, PropagateAtLaunch: true }],
  });
  await rds.createDBSubnetGroup({
    DBSubnetGroupName: `${name}-db`,
    DBSubnetGroupDescription: "private",
    SubnetIds: subnets,
    Tags: pairs(tags),
  });
  await rds.createDBParameterGroup({
    DBParameterGroupName: `${name}-db`,
    DBParameterGroupFamily: "postgres16",
    Description: "connections",
    Tags: pairs(tags),
  });
  await makeDatabase(makers, runId, { DBSubnetGroupName: `${name}-db` });
  await ec2.runInstances({
    ImageId: "ami-12c6146b",
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnets[0],
    InstanceType: "m6i.large",
    TagSpecifications: [{ ResourceType: "instance", Tags: pairs(tags) }],
  });
  await ec2.createKeyPair({
    KeyName: `${name}-runner`,
    TagSpecifications: [{ ResourceType: "key-pair", Tags: pairs(tags) }],
  });
  await logs.createLogGroup({ logGroupName: "/refbench/flow", tags });
  await kms.createKey({ Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })) });
}

/** A database, alone: as a kill of Terraform in the middle of its creation leaves one. */
export async function makeDatabase(
  { rds }: Makers,
  runId: RunId,
  more: { readonly DBSubnetGroupName?: string } = {},
): Promise<void> {
  await rds.createDBInstance({
    DBInstanceIdentifier: `${namePrefix(runId)}-db`,
    DBInstanceClass: "db.m6i.large",
    Engine: "postgres",
    AllocatedStorage: 100,
    MasterUsername: "coder",
    MasterUserPassword: "not-a-real-one",
    Tags: pairs(runTags(runId)),
    ...more,
  });
}

/** Resources that controllers in the cluster and AWS itself make: none of them carries a label of ours. */
export async function makeUntagged(
  { ec2, elb, elbv2, logs }: Makers,
  runId: RunId,
  { VpcId, subnets, securityGroup }: Awaited<ReturnType<typeof makeNetwork>>,
): Promise<void> {
  const cluster = namePrefix(runId);
  const { GroupId } = await ec2.createSecurityGroup({
    VpcId,
    GroupName: "k8s-elb-a1b2c3",
    Description: "balancer of a Service",
  });
  const { GroupId: clusterGroup } = await ec2.createSecurityGroup({
    VpcId,
    GroupName: `eks-cluster-sg-${cluster}-1234567890`,
    Description: "cluster",
  });
  // Two groups that name each other: neither can be deleted before the other forgets it.
  for (const [one, other] of [
    [GroupId, clusterGroup],
    [clusterGroup, GroupId],
  ])
    await ec2.authorizeSecurityGroupIngress({
      GroupId: one,
      IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: other }] }],
    });
  await ec2.createNetworkInterface({ SubnetId: subnets[0], Groups: [securityGroup] });
  await ec2.createVolume({
    AvailabilityZone: `${MOTO_REGION}a`,
    Size: 10,
    TagSpecifications: [
      {
        ResourceType: "volume",
        Tags: pairs({
          "ebs.csi.aws.com/cluster": "true",
          "kubernetes.io/created-for/pvc/name": "home",
          [`kubernetes.io/cluster/${cluster}`]: "owned",
        }),
      },
    ],
  });
  const { LoadBalancers } = await elbv2.createLoadBalancer({
    Name: "k8s-coder-coder-a1b2c3",
    Type: "network",
    Scheme: "internal",
    Subnets: subnets,
    Tags: pairs({ "elbv2.k8s.aws/cluster": cluster, "service.k8s.aws/stack": "coder/coder" }),
  });
  const { TargetGroups } = await elbv2.createTargetGroup({
    Name: "k8s-coder-coder-d4e5f6",
    Protocol: "TCP",
    Port: 80,
    VpcId,
    TargetType: "instance",
    Tags: pairs({ "elbv2.k8s.aws/cluster": cluster }),
  });
  await elbv2.createListener({
    LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
    Protocol: "TCP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn: TargetGroups![0]!.TargetGroupArn }],
  });
  await elb.createLoadBalancer({
    LoadBalancerName: "a1b2c3d4e5f6",
    Listeners: [{ Protocol: "TCP", LoadBalancerPort: 80, InstanceProtocol: "TCP", InstancePort: 30_080 }],
    Subnets: subnets,
    Tags: pairs({
      [`kubernetes.io/cluster/${cluster}`]: "owned",
      "kubernetes.io/service-name": "coder/coder",
    }),
  });
  await logs.createLogGroup({ logGroupName: `/aws/eks/${cluster}/cluster` });
}
