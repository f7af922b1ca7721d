import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { expect, test } from "vitest";
import { sdkClients } from "../../../../harness/inventory/aws/clients.ts";
import { readCloudWatch } from "../../../../harness/inventory/measured/cloud-watch.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { MOTO_REGION, motoIsInstalled, startMoto } from "../aws/moto.ts";

const { signal } = new AbortController();
const MINUTE = 60_000;
const things = { database: { id: "bench-db", cores: 4, memoryBytes: 16e9 }, machines: [] };

test.skipIf(!motoIsInstalled())(
  "shares of CPU and free memory become cores and used memory, by an AWS emulator",
  async () => {
    await using moto = await startMoto();
    const aws = new CloudWatchClient({
      region: MOTO_REGION,
      endpoint: moto.url,
      credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
    });
    // The emulator has no values of an older time.
    const fromMs = Math.floor(Date.now() / MINUTE) * MINUTE - 5 * MINUTE;
    const put = async (MetricName: string, Value: number, minute: number, id = "bench-db"): Promise<void> => {
      await aws.send(
        new PutMetricDataCommand({
          Namespace: "AWS/RDS",
          MetricData: [
            {
              ...{ MetricName, Value, Timestamp: new Date(fromMs + minute * MINUTE) },
              Dimensions: [{ Name: "DBInstanceIdentifier", Value: id }],
            },
          ],
        }),
      );
    };
    await put("CPUUtilization", 25, 0);
    await put("CPUUtilization", 50, 1);
    await put("CPUUtilization", 99, 1, "another");
    await put("FreeableMemory", 12e9, 1);
    await put("WriteIOPS", 40, 1);
    const { series, unseen } = await readCloudWatch(
      { client: sdkClients(MOTO_REGION, moto.env), clock: fakeClock() },
      things,
      { fromMs, toMs: fromMs + 3 * MINUTE },
      signal,
    );
    expect(series).toEqual([
      { name: "database.cpu", of: "database", values: [null, 1, 2, null] },
      { name: "database.memory", of: "database", values: [null, null, 4e9, null] },
      { name: "database.writes", of: "database", values: [null, null, 40, null] },
      { name: "database.cores", of: "database", values: [4, 4, 4, 4] },
      { name: "database.memory-size", of: "database", values: [16e9, 16e9, 16e9, 16e9] },
    ]);
    expect(unseen).toEqual([
      { what: "figures of CloudWatch", why: "it has no values of the load's time yet" },
    ]);
  },
);

test("without the right there is one line with its name, and no error", async () => {
  const denied = Object.assign(new Error("User is not authorized to perform"), { name: "AccessDenied" });
  const { series, unseen } = await readCloudWatch(
    { client: () => Promise.resolve({ send: () => Promise.reject(denied) }), clock: fakeClock() },
    things,
    { fromMs: 0, toMs: MINUTE },
    signal,
  );
  expect(series.map(({ name }) => name)).toEqual(["database.cores", "database.memory-size"]);
  expect(unseen).toEqual([
    {
      what: "figures of CloudWatch",
      why: "cloudwatch:GetMetricData is not granted: User is not authorized to perform",
    },
  ]);
});
