import { parseBucketUrl } from "../../model/cloud/bucket-url.ts";

/** Returns a parser that accepts the URL of a bucket. Any other text is a `usage` error that names the flag. */
export function bucketUrl(flag: string): (text: string) => string {
  return (text) => {
    parseBucketUrl(text, flag);
    return text;
  };
}

/** Adds a value of a repeatable flag to the values before it. */
export function collect(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}
