// SPDX-License-Identifier: MIT
// What requests and a watch of the assignment say about moves. Values in, values out.
//   request: bucket, due, answered, status; client, its connection; of an answer with 200 also: at,
//            when it came to a node; epoch; server, the node and its connection
//   event:   at, when etcd said it; epoch; buckets: { bucket: { stage, … } }

const SHARE_LEAST = 0.9; // of requests whose worker is known

// By worker: a worker shares no connection with another, neither of clients nor to nodes, so those
// that requests link belong to one. A connection of a request or two may be linked to none.
export function byWorker(requests, workers) {
  const parents = new Map();
  const root = (it) => {
    let at = it;
    while (parents.has(at)) at = parents.get(at);
    if (at !== it) parents.set(it, at); // the next time it is nearer
    return at;
  };
  for (const { client, server } of requests) {
    const [a, b] = [root(`client ${client}`), root(server)];
    if (a !== b) parents.set(a, b);
  }
  const groups = new Map();
  for (const request of requests) {
    const group = root(`client ${request.client}`);
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(request);
  }
  const largest = [...groups.values()].sort((a, b) => b.length - a.length).slice(0, workers);
  const known = largest.reduce((sum, { length }) => sum + length, 0);
  if (largest.length < workers || known < SHARE_LEAST * requests.length) {
    throw new Error(`${groups.size} groups of connections for ${workers} workers`);
  }
  return largest;
}

// For each event: `first`, how long after it a worker went by it for sure, since its first request
// by it had come to a node; `last`, how long after it one that was let in before came there.
export function lags(requests, events) {
  const inTurn = [...requests].sort((a, b) => a.at - b.at);
  const [begun, ended] = [inTurn[0].at, inTurn.at(-1).at];
  const seen = events.filter(({ at }) => at > begun && at < ended);
  return seen.flatMap(({ at, epoch }) => {
    const first = inTurn.find((it) => it.epoch >= epoch);
    const last = inTurn.findLast((it) => it.epoch < epoch);
    return first && last ? [{ first: first.at - at, last: last.at - at }] : [];
  });
}

// The moves that are over, in the order of their ends: { bucket, closing, unloading, serving }, of
// each stage when etcd said that it begins.
export function moves(events) {
  const begun = new Map();
  const ended = [];
  for (const { at, epoch, buckets } of events) {
    for (const [bucket, { stage }] of Object.entries(buckets)) {
      const move = begun.get(bucket);
      if (stage !== 'serving' && !move) begun.set(bucket, { bucket, [stage]: at });
      if (stage !== 'serving' && move) move[stage] ??= at;
      if (stage !== 'serving' || !move) continue;
      ended.push({ ...move, serving: at, epoch });
      begun.delete(bucket);
    }
  }
  return ended;
}

// How long those took that had to wait for their bucket: due before etcd said that it is served
// again, and let in by that word or a later one.
export function heldMs(requests, ended) {
  const byBucket = new Map(ended.map((move) => [move.bucket, move]));
  return requests
    .filter(({ bucket, due, epoch }) => {
      const move = byBucket.get(bucket);
      return move && due < move.serving && epoch >= move.epoch;
    })
    .map(({ due, answered }) => answered - due);
}

// The value that a share of all do not exceed.
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
