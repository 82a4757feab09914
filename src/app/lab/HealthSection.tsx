import type { ReactNode } from 'react';
import { explain } from '../../core/errors.ts';
import { formatCount, formatNumber } from '../../core/format.ts';
import { channelLabel, fewStreams, noPowerText, outagesOf, watchedText } from '../../detection/healthText.ts';
import { useChangePower } from '../../state/lab/changePower.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { ProgressBar } from '../shell/Progress.tsx';

interface SectionProps {
  readonly report: AnalysisReport;
}

/** Which detectors can raise something in which streams, and what size of change would have been found. */
export function HealthSection({ report }: SectionProps): ReactNode {
  const channels = [...new Set(report.health.map(({ channel }) => channel))];
  const names = report.streams.map(({ name }) => name);
  const outages = outagesOf(report.health);
  return (
    <>
      <p>{watchedText(report).join(' ')}</p>
      <table className="lab-table health" data-testid="health">
        <caption>Detectors by stream</caption>
        <thead>
          <tr>
            {['Detector', 'State', 'Why', 'What would help'].map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {channels.map((channel) => {
            const own = outages.filter((outage) => outage.channel === channel);
            const out = own.reduce((sum, { streams }) => sum + (streams?.length ?? names.length), 0);
            return (
              <tr key={channel}>
                <th scope="row">{channelLabel(channel)}</th>
                <td className={out > 0 ? 'warn' : undefined}>
                  {out === 0
                    ? 'armed'
                    : out === names.length
                      ? 'out of action'
                      : `out of action in ${formatCount(out)} of ${formatCount(names.length)}`}
                </td>
                <td>
                  {own.map(({ reason, streams }) => (
                    <p key={reason}>
                      {streams && `${fewStreams(streams, names)}: `}
                      {reason}
                    </p>
                  ))}
                </td>
                <td>
                  {own.map(({ reason, help }) => (
                    <p key={reason}>{help}</p>
                  ))}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {!report.retrospective && <PowerTable report={report} />}
    </>
  );
}

function PowerTable({ report }: SectionProps): ReactNode {
  const { power, running, error } = useChangePower();
  if (error) return <p className="field-problem">{explain(error)}</p>;
  if (!power)
    return (
      <div className="lab-run" role="status">
        <ProgressBar progress={running?.progress ?? null} label="Measuring what would be found" />
        <span className="dim">Measuring what would be found…</span>
      </div>
    );
  const { channels, missing } = power;
  return (
    <>
      {channels.length > 0 && (
        <table className="lab-table" data-testid="change-power">
          <caption>
            Smallest change that is found within 30 messages in nine of ten cases, in standard deviations of a message,
            measured on this ledger’s reference
          </caption>
          <thead>
            <tr>
              {['Detector', 'Stream', 'Messages', 'Conversations', 'Features changed', 'Size, sd'].map((head) => (
                <th scope="col" key={head}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {channels.flatMap(({ channel, changed, streams }) =>
              streams.map(({ stream, messages, conversations, size, tooShort }) => (
                <tr key={`${channel} ${stream}`}>
                  <th scope="row">{channelLabel(channel)}</th>
                  <td>{report.streams[stream]?.name}</td>
                  <td>{formatCount(messages)}</td>
                  <td>{formatCount(conversations)}</td>
                  <td>{formatCount(changed)}</td>
                  <td>{tooShort ? 'reference too short' : size === null ? 'more than 4' : formatNumber(size, 2)}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      )}
      {missing.map((none) => (
        <p className="dim" key={none.channel}>
          {noPowerText(none)}
        </p>
      ))}
    </>
  );
}
