// Counts and measures what happens. Names carry their unit; labels are bounded: no pod names, no ids.

export type Counter =
  | 'headroom_kills_total'
  | 'headroom_pods_scanned_total'
  | 'headroom_pods_malformed_total'
  | 'headroom_events_malformed_total'
  | 'headroom_kernel_reports_total'
  | 'headroom_watch_restarts_total'
  | 'headroom_jobs_total'
  | 'headroom_slack_calls_total'
  | 'headroom_messages_undeliverable_total'
  | 'headroom_messages_moved_total'
  | 'headroom_storms_total'
  | 'headroom_proposals_total'
  | 'headroom_decisions_total'
  | 'headroom_verdicts_total'
  | 'headroom_rules_loads_total';

export type Timing = 'headroom_step_duration_seconds' | 'headroom_kill_to_post_seconds' | 'headroom_slack_call_duration_seconds';

export type Level = 'headroom_watch_connected' | 'headroom_watch_leading' | 'headroom_queue_jobs' | 'headroom_slack_connections';

type Labels = Readonly<Record<string, string>>;

export interface Meter {
  /** By one, or by `by`. */
  count(counter: Counter, labels?: Labels, by?: number): void;
  /** Seconds. */
  time(timing: Timing, seconds: number, labels?: Labels): void;
  set(level: Level, value: number, labels?: Labels): void;
}
