import { expect, test } from "vitest";
import { architectures } from "../../reference-architectures/catalogue.ts";
import { placeOf } from "../../reference-architectures/place.ts";
import { zoneBeside, zonesOf } from "../../reference-architectures/zones.ts";

test.each([...architectures.values()])(
  "$name has another zone of its region to fall over to, if it has regions",
  ({ cloud, region, zone }) => {
    if (cloud === "kubernetes") return;
    const other = zoneBeside(cloud, region, zone);
    expect(other).not.toBe(zone);
    expect(zonesOf(cloud, region)).toContain(other);
    expect(zonesOf(cloud, region)).toContain(zone);
  },
);

const google = { cloud: "google", region: "us-central1", zone: "us-central1-a" } as const;
const aws = { cloud: "aws", region: "us-east-2", zone: "us-east-2a" } as const;

test.each([
  [google, "europe-west1", "europe-west1-b"],
  [google, "us-east1", "us-east1-b"],
  [google, "europe-west4", "europe-west4-a"],
  [aws, "eu-central-1", "eu-central-1a"],
] as const)("%o in the region %s is in a zone that there is", (architecture, region, zone) => {
  expect(placeOf(architecture, { region })).toEqual({ region, zone });
  expect(placeOf(architecture, { zone })).toEqual({ region, zone });
});

test("the spare zone of a region exists", () => {
  expect(zoneBeside("aws", "ap-northeast-1", "ap-northeast-1a")).toBe("ap-northeast-1c");
});

test.each([
  [google, { region: "us-east-2" }, '--region is "us-east-2", expected one such as us-central1'],
  [
    google,
    { region: "us-east1", zone: "us-east4-a" },
    /--zone is "us-east4-a", expected one of region us-east1: us-east1-b/,
  ],
  [
    google,
    { region: "us-cental1" },
    '"us-cental1", expected one such as us-central1 (did you mean "us-central1"?)',
  ],
  [google, { region: "us-esat4" }, '(did you mean "us-east4"?)'],
  [google, { region: "eurpoe-west4" }, '(did you mean "europe-west4"?)'],
  [
    google,
    { zone: "us-cental1-a" },
    '--zone is "us-cental1-a", expected one such as us-central1-a (did you mean',
  ],
  [google, { zone: "us-central1a" }, '(did you mean "us-central1-a"?)'],
  [aws, { region: "eu-cental-1" }, '(did you mean "eu-central-1"?)'],
  [aws, { region: "useast2" }, /^--region is "useast2", expected one such as us-east-2/],
  [aws, { region: "us-central1" }, /expected one such as us-east-2$/],
] as const)("%o with %o is refused", (architecture, asked, message) => {
  expect(() => placeOf(architecture, asked)).toThrow(message);
});

test.each([
  [google, "nz-east1"],
  [aws, "mx-central-1"],
  [aws, "us-gov-west-1"],
] as const)("%o in the region %s, which no list has, is for the cloud to decide", (architecture, region) => {
  expect(placeOf(architecture, { region }).region).toBe(region);
});
