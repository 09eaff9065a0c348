// Asks through the official SDKs for Node: each line of input is an order, each line of output what the SDK made of it.
// {"client": a module beside this one, "scenario": a method of client.mjs, "base_url", "key", "model", "prompt", "tool"}
import { createInterface } from 'node:readline';

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let seen;
  try {
    const { default: Sdk } = await import(`./${order.client}.mjs`);
    seen = await new Sdk(order)[order.scenario](order.prompt);
  } catch (error) {
    seen = { raised: error.stack };
  }
  console.log(JSON.stringify(seen));
}
process.exit(0);
