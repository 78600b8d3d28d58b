// Keeps a list of messages at its end while a person reads its end, and leaves it alone while they read further up, unless they are answered.
// In: how many messages there are, and how many of them are answers to this person alone. Out: the ref for the scrolling element, whose first child is
// watched for its height.

import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

const NEAR_PX = 80;

export function useStickToBottom(count: number, answers = 0): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  useEffect(() => {
    const element = list.current;
    const content = element?.firstElementChild;
    if (element === null || content === null || content === undefined) return;
    const remember = (): void => {
      stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    };
    const follow = new ResizeObserver(() => {
      if (stuck.current) element.scrollTop = element.scrollHeight;
    });
    element.addEventListener('scroll', remember);
    follow.observe(content);
    return () => {
      element.removeEventListener('scroll', remember);
      follow.disconnect();
    };
  }, []);
  // A new message is a reason to look, even before its height is known.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the count is the reason
  useLayoutEffect(() => {
    if (list.current !== null && stuck.current) list.current.scrollTop = list.current.scrollHeight;
  }, [count]);
  // Who asked wants to see the answer, wherever they were.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the count is the reason
  useLayoutEffect(() => {
    if (answers === 0 || list.current === null) return;
    stuck.current = true;
    list.current.scrollTop = list.current.scrollHeight;
  }, [answers]);
  return list;
}
