// Runs one scenario with the official openai SDK for Node and prints what it saw as JSON: node_client.mjs BASE_URL KEY NAME.
import OpenAI from 'openai';

const [baseURL, apiKey, name, argument] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 2 });
const messages = [{ role: 'user', content: 'Say something.' }];
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

const ask = (words, fields = {}) =>
  client.chat.completions.create({ model: 'test/chat', messages, user: `sample:${words}`, ...fields });

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const scenarios = {
  async chat() {
    const answer = await ask('tokens=12');
    return {
      content: answer.choices[0].message.content,
      usage: answer.usage,
      requestId: answer._request_id,
    };
  },

  async stream(words) {
    const chunks = await readAll(await ask(words, { stream: true, stream_options: { include_usage: true } }));
    return {
      content: chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join(''),
      finishReason: chunks.map((chunk) => chunk.choices[0]?.finish_reason).filter(Boolean).at(-1),
      usage: chunks.at(-1).usage,
    };
  },

  // Streams one after another, each read to its end: they must share a connection. undici frees a connection in the turn of
  // the loop after the body's end; a request made before that opens a second one, whatever the server does.
  async streams(count) {
    for (let i = 0; i < Number(count); i++) {
      await readAll(await ask('tokens=5 token_ms=1', { stream: true }));
      await new Promise(setImmediate);
    }
    return { done: Number(count) };
  },

  async tools() {
    const answer = await ask('tokens=5', { tools: [weather], tool_choice: 'required' });
    const runner = client.chat.completions.stream({ model: 'test/chat', messages, tools: [weather], tool_choice: 'required' });
    const streamed = await runner.finalChatCompletion();
    return [answer, streamed].map((one) => one.choices[0].message.tool_calls[0].function);
  },

  async embeddings() {
    const answer = await client.embeddings.create({ model: 'test/embed', input: ['one', 'two'], dimensions: 16 });
    return answer.data.map((item) => ({ length: item.embedding.length, type: typeof item.embedding[0] }));
  },

  async models() {
    return (await readAll(await client.models.list())).map((model) => model.id);
  },

  async error(words) {
    const fields = words === 'unknown model' ? { model: 'no/such' } : {};
    try {
      await ask(words, fields);
    } catch (error) {
      const { status, code, message, requestID } = error;
      return { kind: error.constructor.name, status, code, message, requestID };
    }
    return { kind: 'none' };
  },

  async brokenStream(words) {
    let chunks = 0;
    try {
      for await (const _ of await ask(words, { stream: true })) chunks++;
    } catch (error) {
      return { kind: error.constructor.name, chunks };
    }
    return { kind: 'none', chunks };
  },

  async abort() {
    const stream = await ask('tokens=1000 token_ms=10', { stream: true });
    for await (const _ of stream) break;
    return { aborted: stream.controller.signal.aborted };
  },
};

console.log(JSON.stringify(await scenarios[name](argument)));
process.exit(0);
