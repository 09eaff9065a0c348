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

  async keys() {
    const body = { name: 'till', limit: 2, limitReset: 'weekly', expiresAt: new Date(Date.now() + 3600_000) };
    const made = await client.apiKeys.create({ requestBody: body });
    const { hash } = made.data;
    const changed = await client.apiKeys.update({ hash, requestBody: { name: 'desk', disabled: true, limit: null } });
    const shown = await client.apiKeys.get({ hash });
    const listed = await client.apiKeys.list();
    const all = await client.apiKeys.list({ includeDisabled: true, offset: 0, workspaceId: made.data.workspaceId });
    const deleted = await client.apiKeys.delete({ hash });
    const hashes = (list) => list.data.map((key) => key.hash);
    return { made, changed: changed.data, shown: shown.data, listed: hashes(listed), all: hashes(all), deleted };
  },

  async byok() {
    const provider = 'scripted';
    const createBYOKKeyRequest = { provider, key: 'sk-own-0123456789abcd', name: 'main', allowedModels: ['test/chat'] };
    const made = (await client.byok.create({ createBYOKKeyRequest })).data;
    const { id } = made;
    const updateBYOKKeyRequest = { disabled: true, isFallback: true, allowedModels: null };
    const changed = (await client.byok.update({ id, updateBYOKKeyRequest })).data;
    const shown = (await client.byok.get({ id })).data;
    const listed = [];
    for await (const page of await client.byok.list({ limit: 1, provider })) listed.push(...page.result.data);
    const deleted = await client.byok.delete({ id });
    return { made, changed, shown, listed, deleted };
  },

  async members() {
    const members = [];
    for await (const page of await client.organization.listMembers({ limit: 2 })) members.push(...page.result.data);
    return members;
  },

  async activity(date) {
    return (await client.analytics.getUserActivity({ date, groupBy: 'workspace' })).data;
  },

  async meta() {
    return (await client.analytics.getAnalyticsMeta()).data;
  },

  async analytics() {
    const timeRange = { start: new Date(Date.now() - 3600_000), end: new Date(Date.now() + 1000) };
    const filters = [{ field: 'model', operator: 'in', value: ['test/chat'] }];
    const orderBy = { field: 'request_count', direction: 'desc' };
    return (
      await client.analytics.queryAnalytics({
        requestBody: {
          metrics: ['request_count', 'total_usage', 'avg_throughput'],
          dimensions: ['model', 'external_user'],
          filters: [...filters, { field: 'context_length_bucket', operator: 'gte', value: 0 }],
          timeRange,
          orderBy,
        },
      })
    ).data;
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
