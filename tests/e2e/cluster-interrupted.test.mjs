// SPDX-License-Identifier: MIT
// A SeaTable cluster in which somebody dies amid a move: it is ended, or goes on as it can, and
// nothing is lost.
import { assertRecovered, kThird, midMove } from "./harness/cluster_trouble.mjs";
import { assertEven } from "./harness/dtable_cluster.mjs";
import { onlyStickler } from "./harness/scenario.mjs";

onlyStickler("a monitor that dies amid a move has a successor that ends it", async (t) => {
  const { all, editing, monitor, other } = await midMove(t);
  await monitor.kill();
  assertEven(await other.settled({ among: [kThird] }), all.nodes.names);
  await monitor.start();
  await assertRecovered({ all, editing });
});

onlyStickler("another balancer that dies amid a move is waited for, and no longer than its term",
  async (t) => {
    const { all, editing, monitor, other } = await midMove(t);
    await other.kill();
    assertEven(await monitor.settled({ among: [kThird] }), all.nodes.names);
    await other.start();
    await assertRecovered({ all, editing });
  });

for (const which of ["old", "new"]) {
  onlyStickler(`a move whose ${which} node dies goes on as it can`, async (t) => {
    const { all, editing, nodes } = await midMove(t);
    const lost = { old: "dtable-server-01", new: kThird }[which];
    await nodes.get(lost).kill();
    await all.settled({ only: nodes.names.filter((name) => name !== lost) });
    await nodes.get(lost).start();
    await assertRecovered({ all, editing });
  });
}

onlyStickler("an etcd that is away amid a move is waited for", async (t) => {
  const { all, editing, etcd } = await midMove(t);
  await etcd.restart();
  await all.settled({ among: [kThird] });
  await assertRecovered({ all, editing });
});
