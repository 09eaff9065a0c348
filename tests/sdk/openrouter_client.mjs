// Runs one scenario with OpenRouter's official SDK for Node and prints what it saw as JSON: openrouter_client.mjs
// BASE_URL KEY NAME ARGUMENT. The SDK checks every answer against its own schemas and throws where one does not fit.
import { OpenRouter } from '@openrouter/sdk';

const [serverURL, apiKey, name, argument] = process.argv.slice(2);
const client = new OpenRouter({ serverURL, apiKey, retryConfig: { strategy: 'none' } });
const messages = [{ role: 'user', content: 'Say something.' }];
const ask = (words, fields = {}) =>
  client.chat.send({ chatRequest: { model: 'test/chat', messages, user: `sample:${words}`, ...fields } });

const scenarios = {
  async models() {
    const ids = [];
    for await (const page of await client.models.list({ limit: 2 })) ids.push(page.result.data.map((model) => model.id));
    return ids;
  },

  async model() {
    return (await client.models.get({ author: 'test', slug: 'chat' })).data;
  },

  async count() {
    return (await client.models.count()).data;
  },

  async chat() {
    return ask('tokens=12');
  },

  async stream() {
    const chunks = [];
    for await (const chunk of await ask('tokens=12', { stream: true })) chunks.push(chunk);
    return chunks;
  },

  async embeddings() {
    return client.embeddings.generate({ requestBody: { model: 'test/embed', input: ['one', 'two'], dimensions: 16 } });
  },

  async generation() {
    const answer = await ask('tokens=12');
    return (await client.generations.getGeneration({ id: answer.id })).data;
  },

  async key() {
    return (await client.apiKeys.getCurrentKeyMetadata()).data;
  },

  async credits() {
    return (await client.credits.getCredits()).data;
  },

  async error(model) {
    try {
      await client.chat.send({ chatRequest: { model, messages } });
    } catch (error) {
      return { kind: error.constructor.name, status: error.statusCode, code: error.error?.code };
    }
    return { kind: 'none' };
  },
};

console.log(JSON.stringify(await scenarios[name](argument)));
process.exit(0);
