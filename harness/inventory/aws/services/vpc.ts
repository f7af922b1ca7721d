import {
  DeleteInternetGatewayCommand,
  DeleteRouteTableCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
} from "@aws-sdk/client-ec2";
import { ids, must, tagsOf, unlessGone } from "../found.ts";
import type { KindCalls } from "../found.ts";
import { pages } from "../pages.ts";

/** The network that contains everything. A default VPC is never ours. */
export const vpcs: KindCalls = {
  async *list(aws) {
    for await (const { Vpcs } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeVpcsCommand({ NextToken, MaxResults: 1000 }),
      (page) => page.NextToken,
    )) {
      for (const vpc of must(Vpcs, "Vpcs")) {
        if (vpc.IsDefault === true) continue;
        const native = must(vpc.VpcId, "VpcId");
        const tags = tagsOf(vpc.Tags);
        yield { kind: "aws_vpc", native, name: tags["Name"] ?? native, tags, livesIn: [] };
      }
    }
  },
  async remove(aws, VpcId) {
    await aws.send("ec2", new DeleteVpcCommand({ VpcId }));
  },
};

export const subnets: KindCalls = {
  async *list(aws) {
    for await (const { Subnets } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeSubnetsCommand({ NextToken, MaxResults: 1000 }),
      (page) => page.NextToken,
    )) {
      for (const subnet of must(Subnets, "Subnets")) {
        const native = must(subnet.SubnetId, "SubnetId");
        const tags = tagsOf(subnet.Tags);
        yield {
          kind: "aws_subnet",
          native,
          name: tags["Name"] ?? native,
          tags,
          livesIn: ids(subnet.VpcId),
        };
      }
    }
  },
  async remove(aws, SubnetId) {
    await aws.send("ec2", new DeleteSubnetCommand({ SubnetId }));
  },
};

/** Route tables, except a VPC's main one, which can only be deleted with the VPC. */
export const routeTables: KindCalls = {
  async *list(aws) {
    for await (const { RouteTables } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeRouteTablesCommand({ NextToken, MaxResults: 100 }),
      (page) => page.NextToken,
    )) {
      for (const table of must(RouteTables, "RouteTables")) {
        if (table.Associations?.some(({ Main }) => Main === true) === true) continue;
        const native = must(table.RouteTableId, "RouteTableId");
        const tags = tagsOf(table.Tags);
        yield {
          kind: "aws_route_table",
          native,
          name: tags["Name"] ?? native,
          tags,
          livesIn: ids(table.VpcId),
        };
      }
    }
  },
  async remove(aws, RouteTableId) {
    const { RouteTables } = await aws.send(
      "ec2",
      new DescribeRouteTablesCommand({ RouteTableIds: [RouteTableId] }),
    );
    for (const { Main, RouteTableAssociationId } of RouteTables?.[0]?.Associations ?? []) {
      if (Main === true || RouteTableAssociationId === undefined) continue;
      await unlessGone(
        aws.send("ec2", new DisassociateRouteTableCommand({ AssociationId: RouteTableAssociationId })),
      );
    }
    await aws.send("ec2", new DeleteRouteTableCommand({ RouteTableId }));
  },
};

export const internetGateways: KindCalls = {
  async *list(aws) {
    for await (const { InternetGateways } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeInternetGatewaysCommand({ NextToken, MaxResults: 1000 }),
      (page) => page.NextToken,
    )) {
      for (const gateway of must(InternetGateways, "InternetGateways")) {
        const native = must(gateway.InternetGatewayId, "InternetGatewayId");
        const tags = tagsOf(gateway.Tags);
        yield {
          kind: "aws_internet_gateway",
          native,
          name: tags["Name"] ?? native,
          tags,
          livesIn: ids(...(gateway.Attachments ?? []).map(({ VpcId }) => VpcId)),
        };
      }
    }
  },
  async remove(aws, InternetGatewayId) {
    const { InternetGateways } = await aws.send(
      "ec2",
      new DescribeInternetGatewaysCommand({ InternetGatewayIds: [InternetGatewayId] }),
    );
    for (const { VpcId } of InternetGateways?.[0]?.Attachments ?? []) {
      await unlessGone(aws.send("ec2", new DetachInternetGatewayCommand({ InternetGatewayId, VpcId })));
    }
    await aws.send("ec2", new DeleteInternetGatewayCommand({ InternetGatewayId }));
  },
};
