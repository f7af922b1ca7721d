import { expect, test } from "vitest";
import type { Bucket } from "../../../../harness/model/ports/bucket.ts";

const bytes = (text: string): Buffer => Buffer.from(text);

async function text(bucket: Bucket, key: string): Promise<string | undefined> {
  const found = await bucket.get(key);
  return found === undefined ? undefined : Buffer.from(found).toString();
}

/** The laws that every bucket keeps, whichever service it uses. */
export function lawsOfABucket(open: () => Promise<Bucket>): void {
  test("returns the last value that was put, and nothing without one", async () => {
    const bucket = await open();
    await bucket.put("runs/a/files/terraform/gke-cloud/.terraform.lock.hcl", bytes("first"));
    await bucket.put("runs/a/files/terraform/gke-cloud/.terraform.lock.hcl", bytes("second ü"));
    expect(await text(bucket, "runs/a/files/terraform/gke-cloud/.terraform.lock.hcl")).toBe("second ü");
    expect(await text(bucket, "runs/a/files/none.json")).toBeUndefined();
  });

  test("takes a key for exactly one of many who ask at the same time", async () => {
    const bucket = await open();
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        bucket.putIfAbsent("runs/a/lease/000001.json", bytes(`${index}`)),
      ),
    );
    expect(asked.filter(Boolean)).toHaveLength(1);
    expect(await text(bucket, "runs/a/lease/000001.json")).toBe(String(asked.indexOf(true)));
    expect(await bucket.putIfAbsent("runs/a/lease/000002.json", bytes("free"))).toBe(true);
  });

  test("lists every key below a prefix, sorted, and none of another", async () => {
    const bucket = await open();
    const keys = ["runs/b/journal/3", "runs/b/journal/1", "runs/b/journal/2", "runs/bb/journal/1"];
    for (const key of keys) await bucket.put(key, bytes(key));
    expect(await bucket.list("runs/b/")).toEqual([
      "runs/b/journal/1",
      "runs/b/journal/2",
      "runs/b/journal/3",
    ]);
    expect(await bucket.list("runs/c/")).toEqual([]);
  });

  test("removes, also what is not there", async () => {
    const bucket = await open();
    await bucket.put("runs/d/x", bytes("x"));
    await bucket.remove("runs/d/x");
    await bucket.remove("runs/d/x");
    expect(await bucket.list("runs/d/")).toEqual([]);
  });
}
