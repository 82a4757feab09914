import { readFile } from 'node:fs/promises';
import { SECTIONS, type Report, type Section } from './model.ts';

/** What of a report each part of the bench makes. */
const MADE = {
  kernels: ['base', 'measurements', 'growth', 'pool'],
  app: ['app', 'appEvents', 'firstPicture'],
  large: ['large'],
  floor: ['floor'],
  peers: ['peers'],
} as const satisfies Record<Section, readonly (keyof Report)[]>;

/** The last report in `file`; null if there is none. */
export async function readReport(file: string): Promise<Report | null> {
  try {
    const report = JSON.parse(await readFile(file, 'utf8')) as Report;
    return 'dates' in report ? report : null;
  } catch {
    return null;
  }
}

/** A report with what it left out as the one before has it, where that is of the same machine and the same sizes. */
export function completed(report: Report, before: Report | null): Report {
  const isLike =
    before !== null &&
    before.quick === report.quick &&
    before.machine.cpu === report.machine.cpu &&
    before.machine.cores === report.machine.cores &&
    before.machine.node === report.machine.node;
  if (!isLike) return report;
  const kept = SECTIONS.filter((section) => report.dates[section] === undefined && before.dates[section] !== undefined);
  const parts = kept.flatMap((section) => MADE[section].map((name) => [name, before[name]] as const));
  return {
    ...report,
    ...Object.fromEntries(parts),
    dates: { ...report.dates, ...Object.fromEntries(kept.map((section) => [section, before.dates[section]])) },
    machine: {
      ...report.machine,
      chromium: report.machine.chromium ?? before.machine.chromium,
      compiler: report.machine.compiler ?? before.machine.compiler,
    },
  };
}
