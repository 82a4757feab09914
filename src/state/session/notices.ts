import type { NoticeEvent, Transitions } from './model.ts';
import { notice } from './steps.ts';

export const noticeTransitions: Transitions<NoticeEvent> = {
  noticed: (state, { level, text }) => notice(level, text)(state),
  noticeDismissed: (state, { id }) => [{ ...state, toasts: state.toasts.filter((shown) => shown.id !== id) }],
};
