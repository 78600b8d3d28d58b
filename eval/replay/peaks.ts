// The highest sample of each hour and day as they come in, and the highest of the last so many hours.

export class Peaks {
  readonly #perHour: number;
  readonly hours: number[] = [];
  first: number | undefined;
  last = 0;
  count = 0;

  constructor(stepSeconds: number) {
    this.#perHour = 3600 / stepSeconds;
  }

  add(at: number, bytes: number): void {
    this.first ??= at;
    this.last = at;
    this.count += 1;
    const hour = Math.floor(at / this.#perHour);
    const known = this.hours[hour];
    if (known === undefined || bytes > known) this.hours[hour] = bytes;
  }

  hourOf(at: number): number {
    return Math.floor(at / this.#perHour);
  }

  /** Hours since the first sample. */
  known(at: number): number {
    return this.first === undefined ? 0 : (at - this.first) / this.#perHour;
  }

  /** Zero when nothing was sampled in that time. */
  highest(at: number, hoursBack: number): number {
    const now = this.hourOf(at);
    let best = 0;
    for (let hour = Math.max(0, now - hoursBack); hour <= now; hour += 1) best = Math.max(best, this.hours[hour] ?? 0);
    return best;
  }

  /** The highest of each day, by whole days since the start; days without a sample are left out. */
  daily(at: number, daysBack: number): readonly { readonly day: number; readonly bytes: number }[] {
    const today = Math.floor(this.hourOf(at) / 24);
    const days: { readonly day: number; readonly bytes: number }[] = [];
    for (let day = Math.max(0, today - daysBack); day <= today; day += 1) {
      let best = 0;
      for (let hour = day * 24; hour < (day + 1) * 24; hour += 1) best = Math.max(best, this.hours[hour] ?? 0);
      if (best > 0) days.push({ day, bytes: best });
    }
    return days;
  }
}
