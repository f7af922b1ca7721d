import type { ScenarioData } from "../../model/scenarios/scenario-data.ts";
import type { ChurnResult, LoadResult, PeriodFigures } from "../../model/record/worker-result.ts";
import { median } from "../../tools/median.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";
import { PeriodClock, PeriodLedger } from "../context/period-ledger.ts";
import { pace } from "../generator/pacer.ts";
import type { Scenario } from "./scenario.ts";
import { Interruptions } from "../churn/interruptions.ts";
import { type PlaceCounts, Places } from "../churn/places.ts";
import { type TurnCounts, Turns } from "../churn/turns.ts";

const HOUR_S = 3_600;
const MEMORY_EVERY_MS = 5_000;
const MIB = 2 ** 20;
/** The first period is the warm-up. */
const WARM_UP = 1;

type Churn = NonNullable<ScenarioData["churn"]>;
type Counts = PlaceCounts & TurnCounts;

/**
 * A long day: connections are held, and all the while workspaces are stopped and started, deleted and made again, and
 * connections dropped and opened again, each at a rate of its own. Figures are kept by period, and what a lost Coder cost.
 */
export const churn: Scenario = { run };

async function run(load: LoadContext, ready: readonly LoadWorkspace[]): Promise<Pick<LoadResult, "churn">> {
  const { churn: asked } = load.task;
  if (asked === undefined || ready.length === 0 || load.signal.aborted) return {};
  await load.together("churn");
  const clock = new PeriodClock(periodsOf(asked));
  const ledger = new PeriodLedger(clock, { from: 0, to: clock.periods.length - 1 }, load);
  const churning: LoadContext = { ...load, latencies: ledger.latencies, failures: ledger.failures };
  const interruptions = new Interruptions(clock.startMs, () => load.failures.total);
  const places = new Places(churning, { workspaces: ready, total: asked.connections }, interruptions);
  const turns = new Turns(churning, ready, places);
  load.health.keepPacing(true);
  load.board.pin("workspaces and connections come and go");
  try {
    const periods = await churnFor(churning, asked, { clock, places, turns });
    const openAtEnd = await places.proveAll();
    const figures = ledger.figures();
    const rows = periods.flatMap((period, index) => {
      const own = figures[index];
      return own === undefined ? [] : [{ ...own, ...period }];
    });
    return {
      churn: {
        ...{ places: asked.connections, openAtEnd, workspaces: ready.length },
        ...{ readyAtEnd: turns.standing.ready, missingAtEnd: turns.standing.missing, ...turns.requests },
        ...{ periods: rows, ...growthOf(rows), ...interruptions.result() },
      },
    };
  } finally {
    await places.close();
    load.health.keepPacing(false);
    load.board.pin(undefined);
  }
}

/** Periods of the same length; the last one also has what is left. */
function periodsOf({ forMs, periodMs }: Churn): { name: string; seconds: number }[] {
  const count = Math.max(1, Math.floor(forMs / periodMs));
  return Array.from({ length: count }, (_, index) => ({
    name: String(index + 1),
    seconds: (index + 1 < count ? periodMs : forMs - index * periodMs) / 1000,
  }));
}

interface Parts {
  readonly clock: PeriodClock;
  readonly places: Places;
  readonly turns: Turns;
}

type Period = Omit<ChurnResult["periods"][number], keyof PeriodFigures>;

/** Churns for the whole time, and returns what was counted in each period. */
async function churnFor(load: LoadContext, asked: Churn, parts: Parts): Promise<Period[]> {
  const { places, turns } = parts;
  const counted = countPeriods(load, parts);
  const { forMs } = asked;
  await places.open(asked.opensPerSecond);
  const leftMs = Math.max(0, parts.clock.startMs + forMs - performance.now());
  const answers = new Set<Promise<void>>();
  const each = async (perSecond: number, act: (dueMs: number) => void): Promise<void> => {
    const count = Math.floor((leftMs / 1000) * perSecond + 1e-9);
    const { signal, health } = load;
    await pace({ perSecond, count, signal, slip: health.slip.hold }, (_, dueMs) => act(dueMs));
  };
  await Promise.all([
    each(asked.restartsPerHour / HOUR_S, (dueMs) => turns.restart(dueMs)),
    each(asked.replacementsPerHour / HOUR_S, (dueMs) => turns.replace(dueMs)),
    each(asked.dropsPerHour / HOUR_S, () => places.drop()),
    each(asked.commandsPerSecond, (dueMs) => {
      const answer = places.command(dueMs).finally(() => answers.delete(answer));
      answers.add(answer);
    }),
  ]);
  const periods = await counted;
  await Promise.race([Promise.all([turns.settled(), ...answers]), load.stopped]);
  await places.settled();
  return periods;
}

/** Counts and samples until the last period is over, or the load is stopped. */
async function countPeriods(load: LoadContext, { clock, places, turns }: Parts): Promise<Period[]> {
  const periods: Period[] = [];
  for (const period of clock.periods) {
    const samples: number[] = [];
    const untilMs = clock.startMs + period.endMs;
    while (performance.now() < untilMs && !load.signal.aborted) {
      samples.push(process.memoryUsage.rss() / MIB);
      const waitMs = Math.min(MEMORY_EVERY_MS, Math.max(0, untilMs - performance.now()));
      await load.clock.sleep(waitMs, load.signal).catch(() => undefined);
    }
    const counts: Counts = { ...places.take(), ...turns.take() };
    const { startMs, endMs } = period;
    periods.push({ startMs, endMs, ...counts, workerMib: Math.round(median(samples) * 10) / 10 });
    if (load.signal.aborted) break;
  }
  return periods;
}

function growthOf(periods: readonly Pick<Period, "workerMib">[]): Pick<ChurnResult, "workerGrowth"> {
  const [first, last] = [periods[WARM_UP]?.workerMib, periods.at(-1)?.workerMib];
  if (periods.length < WARM_UP + 2 || !first || last === undefined) return {};
  return { workerGrowth: Math.round((last / first - 1) * 1_000) / 1_000 };
}
