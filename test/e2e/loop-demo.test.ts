// The loop on the demo cluster: from a kill to a quiet container, told by two people.

import { loopStories } from './support/loop.ts';
import { startDemoTarget } from './support/demo-target.ts';

loopStories('the loop on the demo cluster', startDemoTarget);
