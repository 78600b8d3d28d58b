// The task table of an OOM report (dump_tasks in mm/oom_kill.c): which processes there were, and how much each held. Pages in, bytes out. The
// kernel's columns differ between versions, so they are found by their names.

import type { Bytes } from '../base/memory.ts';
import { KIB, toBytes } from '../base/memory.ts';

export type Task = {
  readonly pid: number;
  /** At most 15 bytes. */
  readonly command: string;
  /** Memory of its own: anonymous and shared, without mapped files where the kernel tells them apart. */
  readonly resident: Bytes;
};

type Row = { readonly pid: number; readonly command: string; readonly pages: number; readonly allPages: number };

export type TaskReader = {
  /** True when the line is part of a table. */
  read(text: string): boolean;
  /** The table read so far, in bytes; the victim's size in the kill's own line tells how large a page is. */
  tasks(victim: { readonly pid: number; readonly resident: Bytes }): readonly Task[];
  clear(): void;
};

const HEADER = /^\[\s*pid\s*\]\s+(?<columns>.*\boom_score_adj)\s+name$/;
const ROW = /^\[\s*(?<pid>\d+)\]\s+(?<rest>.*)$/;
const MOST_TASKS = 20;
const MOST_ROWS = 5000;
/** x86 has the first, arm64 may have any. */
const PAGE_SIZES = [4 * KIB, 16 * KIB, 64 * KIB] as const;

export function createTaskReader(): TaskReader {
  let columns: readonly string[] | undefined;
  let rows: Row[] = [];
  return {
    read(text) {
      const header = HEADER.exec(text)?.groups?.['columns'];
      if (header !== undefined) {
        columns = header.split(/\s+/);
        rows = [];
        return true;
      }
      if (columns === undefined) return false;
      const row = readRow(text, columns);
      if (row === undefined) return false;
      if (rows.length < MOST_ROWS) rows.push(row);
      return true;
    },
    tasks: (victim) => largest(rows, pageSize(rows, victim)),
    clear() {
      columns = undefined;
      rows = [];
    },
  };
}

function readRow(text: string, columns: readonly string[]): Row | undefined {
  const { pid, rest } = ROW.exec(text)?.groups ?? {};
  if (pid === undefined || rest === undefined) return undefined;
  const values = rest.split(/\s+/);
  const numbers = values.slice(0, columns.length).map(Number);
  if (numbers.length < columns.length || numbers.some((value) => !Number.isSafeInteger(value))) return undefined;
  const at = (name: string): number => numbers[columns.indexOf(name)] ?? 0;
  const allPages = Math.max(0, at('rss'));
  const pages = columns.includes('rss_anon') ? Math.max(0, at('rss_anon') + at('rss_shmem')) : allPages;
  return { pid: Number(pid), command: values.slice(columns.length).join(' '), pages, allPages };
}

function pageSize(rows: readonly Row[], victim: { readonly pid: number; readonly resident: Bytes }): number {
  const pages = rows.find(({ pid }) => pid === victim.pid)?.allPages ?? 0;
  const distance = (size: number): number => Math.abs(Math.log((pages * size) / victim.resident));
  return pages === 0 || victim.resident === 0
    ? PAGE_SIZES[0]
    : (PAGE_SIZES.toSorted((a, b) => distance(a) - distance(b))[0] ?? PAGE_SIZES[0]);
}

function largest(rows: readonly Row[], size: number): readonly Task[] {
  const sorted = rows.toSorted((a, b) => b.pages - a.pages);
  const oldest = mainOf(rows);
  const kept = sorted.slice(0, MOST_TASKS);
  const shown = oldest === undefined || kept.includes(oldest) ? kept : [...kept.slice(0, -1), oldest];
  return shown.map(({ pid, command, pages }) => ({ pid, command, resident: toBytes(pages * size) }));
}

/** A pod's sandbox runs "pause", which is older than everything and holds nothing. */
const SANDBOX = 'pause';

/** The main process is the oldest: the one with the lowest number. */
export function mainOf<T extends Pick<Task, 'pid' | 'command'>>(tasks: readonly T[]): T | undefined {
  return tasks.filter(({ command }) => command !== SANDBOX).toSorted((a, b) => a.pid - b.pid)[0];
}
