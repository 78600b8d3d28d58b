// Where a step or an adapter writes its one line: a static message, the data in fields. Never tokens, environment values or
// container output.

type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds the fields to every line. */
  child(fields: LogFields): Log;
}
