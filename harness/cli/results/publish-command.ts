import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { Command, Option } from "commander";
import type { Unreadable } from "../../results/history/unreadable.ts";
import { siteFolder } from "../../results/publish/site-folder.ts";
import { writeSite } from "../../results/publish/write-site.ts";
import { readResets } from "../../results/statistics/resets.ts";
import { RESETS_FILE } from "../../results/history/store-kind.ts";
import { countOf, formatCount } from "../../tools/count-text.ts";
import type { Io } from "../../composition/settings/io.ts";
import {
  asOfDay,
  asOfOption,
  historyOf,
  type PlaceFlags,
  rehearsalsOption,
  storeFolder,
  storeOption,
} from "./places.ts";
import { addHelpNotes } from "../help-notes.ts";
import { reportUnofficial } from "./report-unofficial.ts";
import { reportUnreadable, UNREADABLE_NOTE } from "./report-unreadable.ts";

interface PublishFlags extends PlaceFlags {
  readonly asOf?: string;
  readonly out?: string;
}

/** `refbench results publish`. */
export function publishCommand(io: Io): Command {
  const command = new Command("publish")
    .description("the results as a static site: the table, a page for each run and size, the raw records")
    .addOption(
      new Option(
        "--out <dir>",
        `folder of the site, replaced as a whole; never one that holds anything else (default: ${siteFolder(false)}, for rehearsals ${siteFolder(true)})`,
      ).env("REFBENCH_OUT"),
    )
    .addOption(rehearsalsOption())
    .addOption(storeOption())
    .addOption(asOfOption());
  return addHelpNotes(command, {
    examples: ["refbench results publish --out site"],
    notes: [UNREADABLE_NOTE],
  }).action(async ({ out, asOf: given, ...place }: PublishFlags) => {
    const asOf = asOfDay(given);
    const { rehearsals = false } = place;
    const history = await historyOf(io, place);
    const { kind = "results" } = history;
    const { records } = history;
    const store = storeFolder(io.cwd, kind, place.store);
    const unreadable = namedWithin(history.unreadable, [store, io.cwd]);
    const resets = await readResets(join(store, RESETS_FILE));
    const folder = resolve(io.cwd, out ?? siteFolder(rehearsals));
    // Its charting library is megabytes of code that no other command, and no measuring process, should load.
    const { planSite } = await import("../../results/page/site.ts");
    const files = planSite({ records, rehearsals, asOf, resets, unreadable, digests: history.digests });
    const { made, kept } = await writeSite(files, { out: folder, kind });
    io.stdout.write(`${folder}\n`);
    io.stderr.write(
      `refbench: ${countOf(records.length, "record")}, ${countOf(files.size, "file")}: ${formatCount(made)} made, ${formatCount(kept)} unchanged\n`,
    );
    if (!rehearsals) reportUnofficial(history, io);
    reportUnreadable(history, io);
  });
}

/** With paths below these folders: a public page names nobody's folders. */
function namedWithin(unreadable: readonly Unreadable[], folders: readonly string[]): readonly Unreadable[] {
  return unreadable.map(({ path, reason }) => {
    const within = folders
      .map((folder) => relative(folder, path))
      .find((each) => !each.startsWith("..") && !isAbsolute(each));
    return { path: within ?? basename(path), reason };
  });
}
