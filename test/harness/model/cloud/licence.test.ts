import { describe, expect, test } from "vitest";
import {
  decodeLicence,
  licenceProblems,
  licenceWords,
  licensedFeatures,
  type LicenceClaims,
  type LicenceNeed,
} from "../../../../harness/model/cloud/licence.ts";
import { GOOD_CLAIMS, NOW_MS, licenceOf } from "../../../support/coder/licence.ts";

const NEED: LicenceNeed = {
  users: 1_200,
  features: ["high_availability"],
  nowMs: NOW_MS,
  untilMs: NOW_MS + 6 * 3_600_000,
};
const SECOND = NOW_MS / 1_000;

function claimsOf(claims: Readonly<Record<string, unknown>>): LicenceClaims {
  const decoded = decodeLicence(licenceOf({ ...GOOD_CLAIMS, ...claims }));
  if (decoded.state !== "decoded") throw new Error(decoded.reason);
  return decoded.claims;
}

describe("a licence for a run", () => {
  test("has no problem when it covers the run", () => {
    expect(licenceProblems(claimsOf({}), NEED)).toEqual([]);
    expect(licenceWords(claimsOf({}))).toBe("premium, 2000 seats, until 2027-01-01");
  });

  test.each([
    ["bound to a deployment", { deployment_ids: ["7b0d"] }, "bound to one deployment"],
    ["bound to several", { deployment_ids: ["a", "b"] }, "bound to 2 deployments"],
    ["that requires telemetry", { require_telemetry: true }, "requires telemetry"],
    ["past its term, though in grace", { license_expires: SECOND - 1 }, "expired on 2025-12-31"],
    [
      "that ends within the run",
      { license_expires: SECOND + 60, exp: SECOND + 3_600 },
      "expires on 2026-01-01",
    ],
    ["that is not valid yet", { nbf: SECOND + 60 }, "valid from 2026-01-01"],
    ["with too few seats", { features: { user_limit: 1_199 } }, "1199 seats, and the size has 1200 users"],
    [
      "without the feature",
      { feature_set: "", features: { user_limit: 5_000 } },
      "not include high_availability",
    ],
    ["of another version", { version: 2 }, "version 2, and Coder accepts 3"],
  ])("has a problem when it is one %s", (_, claims, words) => {
    expect(licenceProblems(claimsOf(claims), NEED)).toEqual([expect.stringContaining(words)]);
  });

  test.each([
    ["a single feature", { feature_set: "", features: { high_availability: 1 } }],
    ["the old flag for all", { feature_set: "", all_features: true, features: {} }],
    ["a term that ends in the run, with grace after it", { license_expires: SECOND + 60 }],
    ["no seats named", { features: {} }],
    ["empty and null bindings", { deployment_ids: null }],
  ])("is enough with %s", (_, claims) => {
    expect(licenceProblems(claimsOf(claims), NEED)).toEqual([]);
  });

  test("without external provisioners is not enough for a size that has them, and is with them", () => {
    const need = { ...NEED, features: ["high_availability", "external_provisioner_daemons"] };
    const single = (features: Readonly<Record<string, number>>) =>
      licenceProblems(claimsOf({ feature_set: "", features }), need);
    expect(single({ high_availability: 1 })).toEqual(["it does not include external_provisioner_daemons"]);
    expect(single({ high_availability: 1, external_provisioner_daemons: 1 })).toEqual([]);
  });

  test("names every problem at once", () => {
    const claims = claimsOf({ deployment_ids: ["a"], require_telemetry: true, features: { user_limit: 1 } });
    expect(licenceProblems(claims, NEED)).toHaveLength(3);
  });
});

describe("a text that is not a licence", () => {
  const planted = "s3cr3t-planted";
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

  test.each([
    ["other text", planted, /three parts/],
    ["an empty text", "", /three parts/],
    [
      "a token whose middle is no JSON",
      `a.${Buffer.from(planted).toString("base64url")}.b`,
      /no JSON object/,
    ],
    ["a token of somebody else", `a.${encoded({ sub: planted })}.b`, /claims exp/],
    ["a list", `a.${encoded([planted])}.b`, /no JSON object/],
  ])("%s is unreadable, in words that quote nothing of it", (_, text, words) => {
    const decoded = decodeLicence(text);
    expect(decoded).toMatchObject({ state: "unreadable", reason: expect.stringMatching(words) });
    expect(JSON.stringify(decoded)).not.toContain(planted);
  });

  test("lines and spaces around a licence do not matter", () => {
    expect(decodeLicence(`\n ${licenceOf(GOOD_CLAIMS)}\n`).state).toBe("decoded");
  });
});

test("the decoded facts neither work as a licence nor reveal its owner", () => {
  const claims = claimsOf({ account_id: "planted-account", deployment_ids: ["planted-deployment"] });
  expect(JSON.stringify(claims)).not.toContain("planted");
});

test.each([
  [1, "builtin", []],
  [4, "builtin", ["high_availability"]],
  [4, "external", ["high_availability", "external_provisioner_daemons"]],
] as const)("%i replicas with %s provisioners use %j", (replicas, provisioners, features) => {
  expect(licensedFeatures({ coder: { replicas }, provisioners })).toEqual(features);
});
