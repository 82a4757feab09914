import type { ReactNode } from 'react';
import { formatBytes, formatCount } from '../../core/format.ts';
import { countText, describePart, partName } from '../../core/part.ts';
import { actions, useTautline } from '../../state/store.ts';
import type { TautlineState, ViewState } from '../../state/types.ts';
import { useSamples } from '../open/samples.ts';
import { toggleSheet, useUi } from '../ui.ts';
import { copyText } from './copy.ts';
import { Icon, Mark, type IconName } from './Icon.tsx';
import { Menu, type MenuItem } from './Menu.tsx';
import { shownScreen } from './screens.ts';
import { Tabs } from './Tabs.tsx';
import { useCompact } from './useCompact.ts';

const THEMES: readonly { readonly theme: ViewState['theme']; readonly icon: IconName; readonly label: string }[] = [
  { theme: 'system', icon: 'system', label: 'as the system' },
  { theme: 'dark', icon: 'moon', label: 'dark' },
  { theme: 'light', icon: 'sun', label: 'light' },
];

const shownTheme = (theme: ViewState['theme']) => THEMES.find((one) => one.theme === theme)!;

interface ToolsProps {
  readonly ledger: TautlineState['ledger'];
  readonly onMonitor: boolean;
}

/** The theme after `theme`: system, dark, light, and round again. */
export function nextTheme(theme: ViewState['theme']): ViewState['theme'] {
  const at = THEMES.findIndex((t) => t.theme === theme);
  return THEMES[(at + 1) % THEMES.length].theme;
}

function LedgerTitle({
  ledger,
  streams,
}: {
  readonly ledger: TautlineState['ledger'];
  readonly streams: number | null;
}): ReactNode {
  if (ledger.phase === 'empty') return <span className="dim">No ledger open</span>;
  if (ledger.phase !== 'open')
    return (
      <strong className="ledger-name" title={ledger.name}>
        {ledger.name}
      </strong>
    );
  const { report } = ledger;
  const counts = [
    countText(report.events, report.part),
    report.part === null ? null : describePart(report.part.part),
    streams === null ? null : `${formatCount(streams)} ${streams === 1 ? 'stream' : 'streams'}`,
    report.voidEvents > 0 ? `${formatCount(report.voidEvents)} void` : null,
    report.dimension > 0 ? `${formatCount(report.dimension)} dimensions` : null,
    formatBytes(report.bytes),
  ].filter((part) => part !== null);
  return (
    <>
      <strong className="ledger-name" title={partName(report.name, report.part?.part)}>
        {report.name}
      </strong>
      <span className="dim ledger-counts">{counts.join(' · ')}</span>
    </>
  );
}

/** Event or time, on the monitor of an open ledger. */
function AxisChoice(): ReactNode {
  const hasTime = useTautline((state) => state.analysis.report?.hasTime ?? false);
  const axis = useTautline((state) => state.view.axis);
  return (
    <div className="segmented" role="group" aria-label="Horizontal axis">
      <button
        type="button"
        aria-pressed={axis === 'event'}
        onClick={() => actions.setAxis('event')}
        title="One step per event"
      >
        Event
      </button>
      <button
        type="button"
        aria-pressed={axis === 'time'}
        disabled={!hasTime}
        onClick={() => actions.setAxis('time')}
        title={hasTime ? 'UTC time of arrival' : 'This ledger has no timestamps: order is event_id'}
      >
        Time
      </button>
    </div>
  );
}

function Tools({ ledger, onMonitor }: ToolsProps): ReactNode {
  const theme = useTautline((state) => state.view.theme);
  const samples = useSamples();
  const shown = shownTheme(theme);
  const isOpen = ledger.phase === 'open';
  return (
    <div className="topbar-tools">
      {isOpen && onMonitor && <AxisChoice />}
      {ledger.phase !== 'empty' && (
        <button
          type="button"
          className="button quiet"
          onClick={() => toggleSheet('open')}
          title="Open another ledger (o)"
        >
          Open…
        </button>
      )}
      {samples.length > 0 && (
        <Menu
          label="Samples"
          items={samples.map((sample) => ({ id: sample.name, title: sample.title, description: sample.description }))}
          onChoose={(name) => void actions.open({ kind: 'sample', name })}
        />
      )}
      {isOpen && (
        <button
          type="button"
          className="button icon-only"
          title="Copy a link to this view"
          aria-label="Copy a link to this view"
          onClick={() => copyLink(ledger)}
        >
          <Icon name="link" />
        </button>
      )}
      <button
        type="button"
        className="button icon-only"
        title={`Theme: ${shown.label} (t)`}
        aria-label={`Theme: ${shown.label}. Change`}
        onClick={() => actions.setTheme(nextTheme(theme))}
      >
        <Icon name={shown.icon} />
      </button>
      <button
        type="button"
        className="button icon-only"
        title="Help and shortcuts (?)"
        aria-label="Help and shortcuts"
        onClick={() => toggleSheet('shortcuts')}
      >
        <Icon name="help" />
      </button>
    </div>
  );
}

/** The tools of a compact page, in one menu. */
function ToolsMenu({ ledger, onMonitor }: ToolsProps): ReactNode {
  const theme = useTautline((state) => state.view.theme);
  const axis = useTautline((state) => state.view.axis);
  const hasTime = useTautline((state) => state.analysis.report?.hasTime ?? false);
  const isOpen = ledger.phase === 'open';
  const other = axis === 'event' ? 'time' : 'event';
  const items: readonly (MenuItem & { readonly act: () => void })[] = [
    ...(ledger.phase === 'empty'
      ? []
      : [
          {
            id: 'open',
            title: 'Open…',
            description: isOpen ? `Open now: ${ledger.report.name}` : undefined,
            act: () => toggleSheet('open'),
          },
        ]),
    ...(isOpen ? [{ id: 'link', title: 'Copy a link to this view', act: () => copyLink(ledger) }] : []),
    ...(isOpen && onMonitor && hasTime
      ? [{ id: 'axis', title: `Horizontal axis by ${other}`, act: () => actions.setAxis(other) }]
      : []),
    {
      id: 'theme',
      title: `Theme: ${shownTheme(nextTheme(theme)).label}`,
      description: `Now: ${shownTheme(theme).label}`,
      act: () => actions.setTheme(nextTheme(theme)),
    },
    { id: 'help', title: 'Help and shortcuts', act: () => toggleSheet('shortcuts') },
  ];
  return (
    <Menu label="Menu" icon="menu" items={items} onChoose={(chosen) => items.find(({ id }) => id === chosen)!.act()} />
  );
}

export function TopBar(): ReactNode {
  const ledger = useTautline((state) => state.ledger);
  const streams = useTautline((state) => state.analysis.report?.streams.length ?? null);
  const whatIfOpen = useUi((ui) => ui.whatIfOpen);
  const screen = useTautline((state) => shownScreen(state.view.screen));
  const compact = useCompact();
  const tools = { ledger, onMonitor: screen === 'monitor' };

  return (
    <header className="topbar">
      <div className="brand">
        <Mark width={40} />
        <h1>Tautline</h1>
      </div>
      <Tabs />
      {ledger.phase === 'open' && (screen === 'monitor' || screen === 'laboratory') && (
        <button
          type="button"
          className="button icon-only"
          aria-pressed={whatIfOpen}
          title="Parameters: show or hide"
          aria-label="Parameter panel"
          onClick={() => useUi.setState({ whatIfOpen: !whatIfOpen })}
        >
          <Icon name="sliders" />
        </button>
      )}
      <div className="ledger-title">
        <LedgerTitle ledger={ledger} streams={streams} />
      </div>
      {compact ? <ToolsMenu {...tools} /> : <Tools {...tools} />}
    </header>
  );
}

function copyLink(ledger: TautlineState['ledger']): void {
  const isLocal = ledger.phase === 'open' && ledger.source.kind === 'files';
  void copyText(location.href, isLocal ? 'Link copied. Whoever opens it needs the same file.' : 'Link copied.');
}
