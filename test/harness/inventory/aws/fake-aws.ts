import type { AwsClient, AwsCommand, AwsService } from "../../../../harness/inventory/aws/session.ts";

/** A fake's reply to each call, by the command's name without `Command`: an answer, or an error to throw. */
export type Answers = Readonly<Record<string, (input: never) => object | Error>>;

/** The lists of an empty account: enough of each service for a whole pass. */
const EMPTY: Answers = {
  "sts GetCallerIdentity": () => ({ Account: "111111111111" }),
  "tagging GetResources": () => ({ ResourceTagMappingList: [], PaginationToken: "" }),
  "autoscaling DescribeAutoScalingGroups": () => ({ AutoScalingGroups: [] }),
  "ec2 DescribeAddresses": () => ({ Addresses: [] }),
  "ec2 DescribeInstances": () => ({ Reservations: [] }),
  "ec2 DescribeInternetGateways": () => ({ InternetGateways: [] }),
  "ec2 DescribeKeyPairs": () => ({ KeyPairs: [] }),
  "ec2 DescribeLaunchTemplates": () => ({ LaunchTemplates: [] }),
  "ec2 DescribeNatGateways": () => ({ NatGateways: [] }),
  "ec2 DescribeNetworkInterfaces": () => ({ NetworkInterfaces: [] }),
  "ec2 DescribeRouteTables": () => ({ RouteTables: [] }),
  "ec2 DescribeSecurityGroups": () => ({ SecurityGroups: [] }),
  "ec2 DescribeSnapshots": () => ({ Snapshots: [] }),
  "ec2 DescribeSubnets": () => ({ Subnets: [] }),
  "ec2 DescribeVolumes": () => ({ Volumes: [] }),
  "ec2 DescribeVpcEndpoints": () => ({ VpcEndpoints: [] }),
  "ec2 DescribeVpcs": () => ({ Vpcs: [] }),
  "eks ListClusters": () => ({ clusters: [] }),
  "elb DescribeLoadBalancers": () => ({ LoadBalancerDescriptions: [] }),
  "elbv2 DescribeLoadBalancers": () => ({ LoadBalancers: [] }),
  "elbv2 DescribeTargetGroups": () => ({ TargetGroups: [] }),
  "iam GetAccountAuthorizationDetails": () => ({ RoleDetailList: [], IsTruncated: false }),
  "iam ListInstanceProfiles": () => ({ InstanceProfiles: [], IsTruncated: false }),
  "iam ListOpenIDConnectProviders": () => ({ OpenIDConnectProviderList: [] }),
  "iam ListPolicies": () => ({ Policies: [], IsTruncated: false }),
  "logs DescribeLogGroups": () => ({ logGroups: [] }),
  "rds DescribeDBInstanceAutomatedBackups": () => ({ DBInstanceAutomatedBackups: [] }),
  "rds DescribeDBInstances": () => ({ DBInstances: [] }),
  "rds DescribeDBParameterGroups": () => ({ DBParameterGroups: [] }),
  "rds DescribeDBSnapshots": () => ({ DBSnapshots: [] }),
  "rds DescribeDBSubnetGroups": () => ({ DBSubnetGroups: [] }),
};

/** An account with these answers, and otherwise an empty one; records its calls. */
export function fakeAws(answers: Answers = {}) {
  const asked: { readonly call: string; readonly input: object }[] = [];
  const all: Answers = { ...EMPTY, ...answers };
  const clients = (service: AwsService): Promise<AwsClient> =>
    Promise.resolve({
      send: (command: AwsCommand) => {
        const call = `${service} ${command.constructor.name.replace(/Command$/, "")}`;
        asked.push({ call, input: command.input });
        const answer = all[call]?.(command.input as never) ?? new Error(`no answer to ${call}`);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    });
  return { clients, asked, count: (call: string) => asked.filter((one) => one.call === call).length };
}

/** A refusal as the SDK throws it. */
export function refusal(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}
