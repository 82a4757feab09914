import { useStore } from 'zustand';
import { createFollower, type FollowState } from '../../state/live/follow.ts';
import { session } from '../../state/store.ts';
import { createLiveWorker } from '../../workers/liveWorker.ts';

/** What this page follows. */
export const follower = createFollower({ session, createWorker: createLiveWorker });

export const useFollow = <T>(selector: (state: FollowState) => T): T => useStore(follower.store, selector);
