// The rules of this house that no linter has, as a plugin of oxlint (.oxlintrc.json). test/unit/lint-rules.test.ts proves that each fires.

import { layers } from './layers.mjs';

export default { meta: { name: 'house' }, rules: { layers } };
