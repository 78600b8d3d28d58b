// A failure as it is told once more at the end of a long output, each line marked, so that .ci/run can gather them from all its steps.

/** What failed comes first; a stack goes on longer than anyone reads. */
const LINES_OF_A_FAILURE = 60;

/**
 * @param {string} failure its name in the first line, what it said in the others
 * @param {string} [mark]
 * @returns {string[]}
 */
export function failureLines(failure, mark = 'FAILED') {
  const told = failure.split('\n').filter((line) => line.trim() !== '' && !/^\s+at .*node_modules/.test(line));
  const [name, ...said] = told.slice(0, LINES_OF_A_FAILURE);
  return [`${mark}  ${name}`, ...said.map((line) => `${mark}    ${line}`)];
}
