import type { Bucket } from "../../model/ports/bucket.ts";
import { parseBucketUrl } from "../../model/cloud/bucket-url.ts";
import { fileBucket } from "./file.ts";

/** The bucket that a URL names, with the credentials and endpoints that `env` names. Asks nothing yet. */
export async function openBucket(url: string, env: NodeJS.ProcessEnv, flag = "--mirror"): Promise<Bucket> {
  const place = parseBucketUrl(url, flag);
  switch (place.scheme) {
    case "file":
      return fileBucket(place.folder);
    case "gs": {
      // Loaded when asked for: a run without a mirror needs no cloud's library.
      const { gcsBucket } = await import("./gcs.ts");
      return gcsBucket({ ...place, env });
    }
    case "s3": {
      const { s3Bucket } = await import("./s3.ts");
      return s3Bucket({ ...place, env });
    }
  }
}
