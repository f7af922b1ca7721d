import {
  DeleteKeyPairCommand,
  DeleteLaunchTemplateCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { StillInUseError } from "../failure.ts";
import { ids, must, since, tagsOf } from "../found.ts";
import type { KindCalls } from "../found.ts";
import { pages } from "../pages.ts";

/** Instances until they are terminated. AWS lists terminated ones for another hour. */
export const instances: KindCalls = {
  async *list(aws) {
    for await (const { Reservations } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeInstancesCommand({ NextToken, MaxResults: 1000 }),
      (page) => page.NextToken,
    )) {
      for (const instance of must(Reservations, "Reservations").flatMap(({ Instances }) => Instances ?? [])) {
        if (instance.State?.Name === "terminated") continue;
        const native = must(instance.InstanceId, "InstanceId");
        const tags = tagsOf(instance.Tags);
        yield {
          kind: "aws_instance",
          native,
          name: tags["Name"] ?? native,
          tags,
          livesIn: ids(instance.VpcId),
          ...since(instance.LaunchTime),
        };
      }
    }
  },
  async remove(aws, instance) {
    const { TerminatingInstances } = await aws.send(
      "ec2",
      new TerminateInstancesCommand({ InstanceIds: [instance] }),
    );
    if (TerminatingInstances?.[0]?.PreviousState?.Name === "shutting-down")
      throw new StillInUseError("it is shutting down");
  },
};

/** Volumes. Those of claims outlive a cluster that is deleted before them. */
export const volumes: KindCalls = {
  async *list(aws) {
    for await (const { Volumes } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeVolumesCommand({ NextToken, MaxResults: 500 }),
      (page) => page.NextToken,
    )) {
      for (const volume of must(Volumes, "Volumes")) {
        const native = must(volume.VolumeId, "VolumeId");
        const tags = tagsOf(volume.Tags);
        yield {
          kind: "aws_ebs_volume",
          native,
          name: tags["Name"] ?? native,
          tags,
          livesIn: ids(...(volume.Attachments ?? []).map(({ InstanceId }) => InstanceId)),
          ...since(volume.CreateTime),
        };
      }
    }
  },
  async remove(aws, VolumeId) {
    await aws.send("ec2", new DeleteVolumeCommand({ VolumeId }));
  },
};

export const snapshots: KindCalls = {
  async *list(aws) {
    for await (const { Snapshots } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeSnapshotsCommand({ OwnerIds: ["self"], NextToken, MaxResults: 1000 }),
      (page) => page.NextToken,
    )) {
      for (const snapshot of must(Snapshots, "Snapshots")) {
        const native = must(snapshot.SnapshotId, "SnapshotId");
        const tags = tagsOf(snapshot.Tags);
        yield {
          kind: "aws_ebs_snapshot",
          native,
          name: tags["Name"] ?? native,
          tags,
          livesIn: [],
          ...since(snapshot.StartTime),
        };
      }
    }
  },
  async remove(aws, SnapshotId) {
    await aws.send("ec2", new DeleteSnapshotCommand({ SnapshotId }));
  },
};

export const launchTemplates: KindCalls = {
  async *list(aws) {
    for await (const { LaunchTemplates } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeLaunchTemplatesCommand({ NextToken, MaxResults: 200 }),
      (page) => page.NextToken,
    )) {
      for (const template of must(LaunchTemplates, "LaunchTemplates")) {
        const native = must(template.LaunchTemplateId, "LaunchTemplateId");
        yield {
          kind: "aws_launch_template",
          native,
          name: template.LaunchTemplateName ?? native,
          tags: tagsOf(template.Tags),
          livesIn: [],
          ...since(template.CreateTime),
        };
      }
    }
  },
  async remove(aws, LaunchTemplateId) {
    await aws.send("ec2", new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
  },
};

export const keyPairs: KindCalls = {
  async *list(aws) {
    const { KeyPairs } = await aws.send("ec2", new DescribeKeyPairsCommand({}));
    for (const pair of must(KeyPairs, "KeyPairs")) {
      const native = must(pair.KeyName, "KeyName");
      yield {
        kind: "aws_key_pair",
        native,
        name: native,
        tags: tagsOf(pair.Tags),
        livesIn: [],
        ...since(pair.CreateTime),
      };
    }
  },
  async remove(aws, KeyName) {
    await aws.send("ec2", new DeleteKeyPairCommand({ KeyName }));
  },
};
