import { Component, type ErrorInfo, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { copyText } from './copy.ts';

interface Props {
  /** What broke, as the message names it: "The alert table". */
  readonly region: string;
  readonly children: ReactNode;
}
interface State {
  readonly thrown: unknown;
  readonly failed: boolean;
  readonly stack: string;
}

/** Keeps a failure inside its region: the rest of the page goes on. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { thrown: null, failed: false, stack: '' };

  static getDerivedStateFromError(thrown: unknown): Partial<State> {
    return { thrown, failed: true };
  }

  override componentDidCatch(_thrown: unknown, info: ErrorInfo): void {
    this.setState({ stack: info.componentStack ?? '' });
  }

  private readonly retry = (): void => this.setState({ thrown: null, failed: false, stack: '' });

  private readonly copy = (): void => {
    const { thrown, stack } = this.state;
    const trace = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    void copyText([this.props.region, trace, stack.trim(), navigator.userAgent].join('\n\n'), 'Details copied.');
  };

  override render(): ReactNode {
    const { thrown, failed } = this.state;
    if (!failed) return this.props.children;
    const error = toTautlineError(thrown, this.props.region);
    return (
      <div className="region-failed" role="alert">
        <h2>{this.props.region} stopped working</h2>
        <p>{explain(error)}</p>
        <p className="dim">The rest of the page still works. Your ledger and parameters are kept.</p>
        <div className="buttons">
          <button type="button" className="button" onClick={this.retry}>
            Try again
          </button>
          <button type="button" className="button quiet" onClick={this.copy}>
            Copy details
          </button>
        </div>
      </div>
    );
  }
}
