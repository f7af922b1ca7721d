import {
  DeleteDBInstanceAutomatedBackupCommand,
  DeleteDBInstanceCommand,
  DeleteDBParameterGroupCommand,
  DeleteDBSnapshotCommand,
  DeleteDBSubnetGroupCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-rds";
import { ids, must, since, tagsOf, unlessGone, type KindCalls, type KindsOf } from "../found.ts";
import { pages } from "../pages.ts";
import type { AwsSession } from "../session.ts";

const PAGE = { MaxRecords: 100 };

/** Databases in every state until they are deleted. A database whose apply was killed is in no Terraform state. */
const databases: KindCalls = {
  async *list(aws) {
    for await (const { DBInstances } of pages(
      aws,
      "rds",
      (Marker) => new DescribeDBInstancesCommand({ ...PAGE, Marker }),
      (page) => page.Marker,
    )) {
      for (const database of must(DBInstances, "DBInstances")) {
        const native = must(database.DBInstanceIdentifier, "DBInstanceIdentifier");
        yield {
          kind: "aws_db_instance",
          native,
          name: native,
          tags: tagsOf(database.TagList),
          livesIn: ids(database.DBSubnetGroup?.VpcId),
          ...since(database.InstanceCreateTime),
        };
      }
    }
  },
  async remove(aws, DBInstanceIdentifier) {
    await aws.send(
      "rds",
      new DeleteDBInstanceCommand({
        DBInstanceIdentifier,
        SkipFinalSnapshot: true,
        DeleteAutomatedBackups: true,
      }),
    );
  },
};

/** Manual snapshots. Automated ones are deleted with their instance. */
const snapshots: KindCalls = {
  async *list(aws) {
    for await (const { DBSnapshots } of pages(
      aws,
      "rds",
      (Marker) => new DescribeDBSnapshotsCommand({ ...PAGE, Marker, SnapshotType: "manual" }),
      (page) => page.Marker,
    )) {
      for (const snapshot of must(DBSnapshots, "DBSnapshots")) {
        const native = must(snapshot.DBSnapshotIdentifier, "DBSnapshotIdentifier");
        yield {
          kind: "aws_db_snapshot",
          native,
          name: native,
          tags: tagsOf(snapshot.TagList),
          livesIn: [],
          alias: ids(snapshot.DBInstanceIdentifier),
          ...since(snapshot.SnapshotCreateTime),
        };
      }
    }
  },
  async remove(aws, DBSnapshotIdentifier) {
    await aws.send("rds", new DeleteDBSnapshotCommand({ DBSnapshotIdentifier }));
  },
};

/** Backups that were kept when their database was deleted. */
const automatedBackups: KindCalls = {
  async *list(aws) {
    for await (const { DBInstanceAutomatedBackups } of pages(
      aws,
      "rds",
      (Marker) => new DescribeDBInstanceAutomatedBackupsCommand({ ...PAGE, Marker }),
      (page) => page.Marker,
    )) {
      for (const backup of must(DBInstanceAutomatedBackups, "DBInstanceAutomatedBackups")) {
        if (backup.Status !== "retained") continue;
        yield {
          kind: "aws_db_instance_automated_backup",
          native: must(backup.DbiResourceId, "DbiResourceId"),
          name: must(backup.DBInstanceIdentifier, "DBInstanceIdentifier"),
          tags: tagsOf(backup.TagList),
          livesIn: ids(backup.VpcId),
          ...since(backup.InstanceCreateTime),
        };
      }
    }
  },
  async remove(aws, DbiResourceId) {
    await aws.send("rds", new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId }));
  },
};

const subnetGroups: KindCalls = {
  async *list(aws) {
    for await (const { DBSubnetGroups } of pages(
      aws,
      "rds",
      (Marker) => new DescribeDBSubnetGroupsCommand({ ...PAGE, Marker }),
      (page) => page.Marker,
    )) {
      for (const group of must(DBSubnetGroups, "DBSubnetGroups")) {
        const native = must(group.DBSubnetGroupName, "DBSubnetGroupName");
        const tags = await tagsOfArn(aws, must(group.DBSubnetGroupArn, "DBSubnetGroupArn"));
        if (tags !== undefined)
          yield { kind: "aws_db_subnet_group", native, name: native, tags, livesIn: ids(group.VpcId) };
      }
    }
  },
  async remove(aws, DBSubnetGroupName) {
    await aws.send("rds", new DeleteDBSubnetGroupCommand({ DBSubnetGroupName }));
  },
};

/** Parameter groups, except AWS's own. */
const parameterGroups: KindCalls = {
  async *list(aws) {
    for await (const { DBParameterGroups } of pages(
      aws,
      "rds",
      (Marker) => new DescribeDBParameterGroupsCommand({ ...PAGE, Marker }),
      (page) => page.Marker,
    )) {
      for (const group of must(DBParameterGroups, "DBParameterGroups")) {
        const native = must(group.DBParameterGroupName, "DBParameterGroupName");
        if (native.startsWith("default.")) continue;
        const tags = await tagsOfArn(aws, must(group.DBParameterGroupArn, "DBParameterGroupArn"));
        if (tags !== undefined)
          yield { kind: "aws_db_parameter_group", native, name: native, tags, livesIn: [] };
      }
    }
  },
  async remove(aws, DBParameterGroupName) {
    await aws.send("rds", new DeleteDBParameterGroupCommand({ DBParameterGroupName }));
  },
};

/** Undefined if it was deleted since the list. */
async function tagsOfArn(aws: AwsSession, ResourceName: string): Promise<Record<string, string> | undefined> {
  const answer = await unlessGone(aws.send("rds", new ListTagsForResourceCommand({ ResourceName })));
  return answer && tagsOf(answer.TagList);
}

export const rdsCalls: KindsOf<"rds"> = {
  aws_db_instance: databases,
  aws_db_instance_automated_backup: automatedBackups,
  aws_db_parameter_group: parameterGroups,
  aws_db_snapshot: snapshots,
  aws_db_subnet_group: subnetGroups,
};
