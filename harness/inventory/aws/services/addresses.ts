import {
  DeleteNatGatewayCommand,
  DeleteNetworkInterfaceCommand,
  DeleteVpcEndpointsCommand,
  DescribeAddressesCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVpcEndpointsCommand,
  DetachNetworkInterfaceCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import type { NetworkInterface } from "@aws-sdk/client-ec2";
import { StillInUseError } from "../failure.ts";
import { ids, must, since, tagsOf, unlessGone } from "../found.ts";
import type { KindCalls } from "../found.ts";
import { pages } from "../pages.ts";
import type { AwsSession } from "../session.ts";

/** NAT gateways until they are deleted. One that is being deleted still uses its address and subnet. */
export const natGateways: KindCalls = {
  async *list(aws) {
    for await (const { NatGateways } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeNatGatewaysCommand({ NextToken, MaxResults: 1000 }),
      (page) => page.NextToken,
    )) {
      for (const gateway of must(NatGateways, "NatGateways")) {
        if (gateway.State === "deleted") continue;
        const native = must(gateway.NatGatewayId, "NatGatewayId");
        const tags = tagsOf(gateway.Tags);
        yield {
          kind: "aws_nat_gateway",
          native,
          name: tags["Name"] ?? native,
          tags,
          livesIn: ids(gateway.VpcId),
          ...since(gateway.CreateTime),
        };
      }
    }
  },
  async remove(aws, NatGatewayId) {
    const { NatGateways } = await aws.send(
      "ec2",
      new DescribeNatGatewaysCommand({ NatGatewayIds: [NatGatewayId] }),
    );
    if (NatGateways?.[0]?.State === "deleting") throw new StillInUseError("it is still being deleted");
    await aws.send("ec2", new DeleteNatGatewayCommand({ NatGatewayId }));
  },
};

/** Elastic addresses, which cost money while nothing uses them. */
export const addresses: KindCalls = {
  async *list(aws) {
    const { Addresses } = await aws.send("ec2", new DescribeAddressesCommand({}));
    for (const address of must(Addresses, "Addresses")) {
      const native = must(address.AllocationId, "AllocationId");
      const tags = tagsOf(address.Tags);
      yield { kind: "aws_eip", native, name: tags["Name"] ?? native, tags, livesIn: [] };
    }
  },
  async remove(aws, AllocationId) {
    const { Addresses } = await aws.send(
      "ec2",
      new DescribeAddressesCommand({ AllocationIds: [AllocationId] }),
    );
    const { AssociationId, InstanceId, NetworkInterfaceId } = Addresses?.[0] ?? {};
    if (AssociationId) {
      // A NAT gateway or a load balancer releases its address when it is deleted. Only an instance's address can be
      // taken from it.
      if (!InstanceId && NetworkInterfaceId && (await exists(aws, NetworkInterfaceId)))
        throw new StillInUseError(`still associated with ${NetworkInterfaceId}`);
      await unlessGone(aws.send("ec2", new DisassociateAddressCommand({ AssociationId })));
    }
    await aws.send("ec2", new ReleaseAddressCommand({ AllocationId }));
  },
};

export const vpcEndpoints: KindCalls = {
  async *list(aws) {
    for await (const { VpcEndpoints } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeVpcEndpointsCommand({ NextToken, MaxResults: 1000 }),
      (page) => page.NextToken,
    )) {
      for (const endpoint of must(VpcEndpoints, "VpcEndpoints")) {
        if (endpoint.State?.toLowerCase() === "deleted") continue;
        const native = must(endpoint.VpcEndpointId, "VpcEndpointId");
        const tags = tagsOf(endpoint.Tags);
        yield {
          kind: "aws_vpc_endpoint",
          native,
          name: tags["Name"] ?? native,
          tags,
          livesIn: ids(endpoint.VpcId),
          ...since(endpoint.CreationTimestamp),
        };
      }
    }
  },
  async remove(aws, endpoint) {
    const { VpcEndpoints } = await aws.send(
      "ec2",
      new DescribeVpcEndpointsCommand({ VpcEndpointIds: [endpoint] }),
    );
    if (VpcEndpoints?.[0]?.State?.toLowerCase() === "deleting")
      throw new StillInUseError("it is still being deleted");
    const { Unsuccessful } = await aws.send(
      "ec2",
      new DeleteVpcEndpointsCommand({ VpcEndpointIds: [endpoint] }),
    );
    const refusal = Unsuccessful?.[0]?.Error;
    if (refusal !== undefined)
      throw Object.assign(new Error(refusal.Message ?? "refused"), { name: refusal.Code ?? "Refused" });
  },
};

/**
 * Network interfaces without an owner that deletes them. The VPC CNI leaves them `available`, and they keep security
 * groups and subnets in use. Interfaces that a service or an instance deletes are left out, because their owner is
 * listed.
 */
export const networkInterfaces: KindCalls = {
  async *list(aws) {
    for await (const { NetworkInterfaces } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeNetworkInterfacesCommand({ NextToken, MaxResults: 1000 }),
      (page) => page.NextToken,
    )) {
      for (const card of must(NetworkInterfaces, "NetworkInterfaces")) {
        if (goesWithItsOwner(card)) continue;
        const native = must(card.NetworkInterfaceId, "NetworkInterfaceId");
        const tags = tagsOf(card.TagSet);
        yield {
          kind: "aws_network_interface",
          native,
          name: tags["Name"] ?? native,
          tags,
          livesIn: ids(card.VpcId),
        };
      }
    }
  },
  async remove(aws, NetworkInterfaceId) {
    const { NetworkInterfaces } = await aws.send(
      "ec2",
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [NetworkInterfaceId] }),
    );
    const card = NetworkInterfaces?.[0];
    const AttachmentId = card?.Status === "available" ? undefined : card?.Attachment?.AttachmentId;
    if (AttachmentId !== undefined)
      await aws.send("ec2", new DetachNetworkInterfaceCommand({ AttachmentId, Force: true }));
    await aws.send("ec2", new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
  },
};

async function exists(aws: AwsSession, card: string): Promise<boolean> {
  const answer = await unlessGone(
    aws.send("ec2", new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [card] })),
  );
  return answer !== undefined;
}

function goesWithItsOwner({ Status, RequesterManaged, Attachment }: NetworkInterface): boolean {
  if (Status === "available") return false;
  return RequesterManaged === true || Attachment?.DeleteOnTermination === true;
}
