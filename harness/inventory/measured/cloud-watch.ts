import { GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { Observation } from "../../model/observation/observation.ts";
import type { SeriesName } from "../../model/observation/series.ts";
import { messageOf } from "../../tools/error.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { classOf } from "../aws/failure.ts";
import { type AwsClient, type AwsService, patientSend } from "../aws/session.ts";
import { type AskedTime, type Measured, toMinutes } from "./minute-grid.ts";

/** A thing that AWS measures, with the resources of its type: AWS measures shares of them. */
export interface AwsThing {
  /** Identifier of the RDS instance, or id of the EC2 one. */
  readonly id: string;
  readonly cores: number;
  readonly memoryBytes: number;
}

export interface AwsThings {
  readonly database?: AwsThing | undefined;
  readonly machines: readonly AwsThing[];
}

interface Question {
  readonly series: SeriesName;
  readonly of: string;
  readonly namespace: "AWS/RDS" | "AWS/EC2";
  readonly metric: string;
  readonly dimension: { readonly Name: string; readonly Value: string };
  /** EC2 measures every five minutes without detailed monitoring. */
  readonly periodSeconds: number;
  readonly convert: (value: number) => number;
}

/**
 * Reads what AWS measured of a database and machines in a time. A figure that cannot be read is listed with the reason;
 * `cloudwatch:GetMetricData` is the right for it.
 */
export async function readCloudWatch(
  options: { readonly client: (service: AwsService) => Promise<AwsClient>; readonly clock: Clock },
  things: AwsThings,
  time: AskedTime,
  signal: AbortSignal,
): Promise<Observation> {
  const questions = [
    ...(things.database === undefined ? [] : questionsOfDatabase(things.database)),
    ...things.machines.map(questionOfMachine),
  ];
  const measured = [...(await ask(options, questions, time, signal)), ...sizesOf(things, time)];
  return toMinutes(time, measured, { cloud: "CloudWatch", questions: 1 });
}

/** What the types have, which AWS does not measure. */
function sizesOf({ database, machines }: AwsThings, { fromMs, toMs }: AskedTime): readonly Measured[] {
  const always = (series: SeriesName, of: string, value: number): Measured => ({
    ...{ series, of },
    points: Array.from({ length: Math.ceil((toMs - fromMs) / 60_000) + 1 }, (_, minute) => ({
      atMs: fromMs + minute * 60_000,
      value,
    })),
  });
  return [
    ...(database === undefined
      ? []
      : [
          always("database.cores", "database", database.cores),
          always("database.memory-size", "database", database.memoryBytes),
        ]),
    ...machines.map(({ id, cores }) => always("node.cores", id, cores)),
  ];
}

/** Source: docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html. */
function questionsOfDatabase({ id, cores, memoryBytes }: AwsThing): readonly Question[] {
  const question = (series: SeriesName, metric: string, convert = (value: number) => value): Question => ({
    ...{ series, of: "database", namespace: "AWS/RDS", metric, periodSeconds: 60, convert },
    dimension: { Name: "DBInstanceIdentifier", Value: id },
  });
  return [
    question("database.cpu", "CPUUtilization", (percent) => (percent / 100) * cores),
    question("database.memory", "FreeableMemory", (free) => Math.max(0, memoryBytes - free)),
    question("database.reads", "ReadIOPS"),
    question("database.writes", "WriteIOPS"),
    question("database.connections", "DatabaseConnections"),
  ];
}

function questionOfMachine({ id, cores }: AwsThing): Question {
  return {
    ...{ series: "node.cpu", of: id, namespace: "AWS/EC2", metric: "CPUUtilization", periodSeconds: 300 },
    dimension: { Name: "InstanceId", Value: id },
    convert: (percent) => (percent / 100) * cores,
  };
}

async function ask(
  options: { readonly client: (service: AwsService) => Promise<AwsClient>; readonly clock: Clock },
  questions: readonly Question[],
  { fromMs, toMs }: AskedTime,
  signal: AbortSignal,
): Promise<readonly Measured[]> {
  if (questions.length === 0) return [];
  const queries = questions.map((question, index): MetricDataQuery => ({
    Id: `q${index}`,
    MetricStat: {
      Metric: {
        Namespace: question.namespace,
        MetricName: question.metric,
        Dimensions: [question.dimension],
      },
      Period: question.periodSeconds,
      Stat: "Average",
    },
  }));
  const send = patientSend({ ...options, signal });
  try {
    const answer = await send(
      "cloudwatch",
      new GetMetricDataCommand({
        MetricDataQueries: queries,
        // Whole minutes, which periods begin with.
        StartTime: new Date(Math.floor(fromMs / 60_000) * 60_000),
        EndTime: new Date(Math.ceil(toMs / 60_000) * 60_000),
      }),
    );
    const results = new Map((answer.MetricDataResults ?? []).map((result) => [result.Id, result]));
    return questions.map(({ series, of, periodSeconds, convert }, index) => {
      const { Timestamps = [], Values = [] } = results.get(`q${index}`) ?? {};
      const points = Timestamps.flatMap((began, at) => {
        const value = Values[at];
        if (value === undefined) return [];
        // A stamp is the begin of its period.
        return [{ atMs: began.getTime() + periodSeconds * 1000, value: convert(value) }];
      });
      return { series, of, points };
    });
  } catch (error) {
    signal.throwIfAborted();
    const why =
      classOf(error) === "denied"
        ? `cloudwatch:GetMetricData is not granted: ${messageOf(error)}`
        : messageOf(error);
    return questions.map(({ series, of }) => ({ series, of, why }));
  }
}
