// The loop on the demo cluster: from a kill to a quiet container, told by two people.

import { startDemoTarget } from './support/demo-target.ts';
import { loopStories } from './support/loop.ts';

loopStories('the loop on the demo cluster', startDemoTarget);
