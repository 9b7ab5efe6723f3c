// SPDX-License-Identifier: MIT
// What each stand-in process has in common: its name, a line to the test that started it, orders
// from there. Environment: INSTANCE (name), PORT (0: any).

export const self = {
  name: process.env.INSTANCE,
  tell: (event) => process.send?.({ instance: self.name, ...event }),
  // Something came here that belongs to another instance: the test will fail.
  complain: (text) => self.tell({ event: "complaint", text }),
};

// Listens, and obeys the orders that are given by name.
export function serve(server, orders = {}) {
  process.on("message", (message) => {
    orders[message.order](message);
    self.tell({ event: "done", order: message.order });
  });
  process.on("disconnect", () => process.exit());
  server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
    self.tell({ event: "listening", port: server.address().port });
  });
}
