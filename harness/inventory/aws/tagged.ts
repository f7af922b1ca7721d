import { GetResourcesCommand } from "@aws-sdk/client-resource-groups-tagging-api";
import { parseArn } from "./arn.ts";
import { must, tagsOf } from "./found.ts";
import { isListedArnType } from "./kinds.ts";
import type { AnyFound } from "./ownership.ts";
import { pages } from "./pages.ts";
import type { AwsSession, TaggedHit } from "./session.ts";

/** Lists every resource of the region with the label of any run, also recently deleted ones. */
export async function taggedHits(aws: AwsSession): Promise<TaggedHit[]> {
  const hits: TaggedHit[] = [];
  for await (const { ResourceTagMappingList } of pages(
    aws,
    "tagging",
    (PaginationToken) =>
      new GetResourcesCommand({
        PaginationToken,
        ResourcesPerPage: 100,
        TagFilters: [{ Key: "bench-run" }],
      }),
    (page) => page.PaginationToken,
  )) {
    for (const { ResourceARN, Tags } of must(ResourceTagMappingList, "ResourceTagMappingList"))
      hits.push({ arn: must(ResourceARN, "ResourceARN"), tags: tagsOf(Tags) });
  }
  return hits;
}

/**
 * Returns the hits that no direct call covers. For the others only direct calls count, because the Tagging API still
 * lists deleted resources.
 */
export function unlistedHits(hits: readonly TaggedHit[]): AnyFound[] {
  return hits.flatMap(({ arn, tags }) => {
    const { type = arn, name = arn } = parseArn(arn) ?? {};
    if (isListedArnType(type)) return [];
    return [{ kind: `arn:${type}`, native: arn, name: tags["Name"] ?? name, tags, livesIn: [] }];
  });
}
