// Three requests an iteration; every iteration is another client, over all phases of a run.
import http from 'k6/http';
import exec from 'k6/execution';

const target = __ENV.PLIMSOLL_TARGET_URL;
const first = Number(__ENV.PLIMSOLL_FIRST);

// What a team has in its script, and what the phases of a gate do not want.
export const options = { scenarios: { all: { executor: 'constant-vus', vus: 50, duration: '10m' } } };

export default function () {
  const client = first + exec.scenario.iterationInTest;
  http.get(`${target}/quote/A?client=${client}-a`);
  http.get(`${target}/quote/B?client=${client}-b`);
  http.get(`${target}/health`, { tags: { name: 'health' } });
}
