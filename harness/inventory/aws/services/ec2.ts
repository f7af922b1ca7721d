import { addresses, natGateways, networkInterfaces, vpcEndpoints } from "./addresses.ts";
import { instances, keyPairs, launchTemplates, snapshots, volumes } from "./compute.ts";
import { securityGroups } from "./security-groups.ts";
import { internetGateways, routeTables, subnets, vpcs } from "./vpc.ts";
import type { KindsOf } from "../found.ts";

/** The kinds of EC2. */
export const ec2Calls: KindsOf<"ec2"> = {
  aws_ebs_snapshot: snapshots,
  aws_ebs_volume: volumes,
  aws_eip: addresses,
  aws_instance: instances,
  aws_internet_gateway: internetGateways,
  aws_key_pair: keyPairs,
  aws_launch_template: launchTemplates,
  aws_nat_gateway: natGateways,
  aws_network_interface: networkInterfaces,
  aws_route_table: routeTables,
  aws_security_group: securityGroups,
  aws_subnet: subnets,
  aws_vpc: vpcs,
  aws_vpc_endpoint: vpcEndpoints,
};
