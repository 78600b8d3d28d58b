// Kills a process at the n-th thing it is about to do to the world, and lets nothing of it through any more: neither that nor anything it had still on its
// way. Reading changes nothing, so a crash before each write is every crash that can be told apart afterwards.

type Victim = { crash(): Promise<void> };

export type Trap = {
  /** The `at`-th effect from now on is not let through, and kills the victim. `names`: what an effect in Redis has to be about to count. */
  arm(setting: { readonly at: number; readonly victim: Victim; readonly names: readonly string[] }): void;
  /** Nothing is counted any more, everything goes through. Resolves once the victim is gone, when there was one; to whether there was. */
  disarm(): Promise<boolean>;
  isSprung(): boolean;
  /** Whether something that changes nothing may go through. */
  isOpen(): boolean;
  /** Asked before each effect: counts it, and says whether it may go through. */
  passes(effect: string): boolean;
  /** Whether a text is about what it is armed for. */
  concerns(text: string): boolean;
  /** What was let through since it was armed, and at the end what was not: to read when a test fails. */
  effects(): readonly string[];
};

type Armed = { readonly at: number; readonly victim: Victim; readonly names: readonly string[] };

export function createTrap(): Trap {
  let armed: Armed | undefined;
  let death: Promise<void> | undefined;
  const seen: string[] = [];
  return {
    arm(setting) {
      seen.length = 0;
      death = undefined;
      armed = setting;
    },
    async disarm() {
      const wasSprung = death !== undefined;
      await death;
      [armed, death] = [undefined, undefined];
      return wasSprung;
    },
    isSprung: () => death !== undefined,
    isOpen: () => death === undefined,
    passes(effect) {
      if (death !== undefined) return false;
      if (armed === undefined) return true;
      seen.push(effect);
      if (seen.length < armed.at) return true;
      death = armed.victim.crash();
      return false;
    },
    concerns: (text) => armed?.names.some((name) => text.includes(name)) === true,
    effects: () => seen,
  };
}
