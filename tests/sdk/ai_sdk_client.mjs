// Runs one scenario with OpenRouter's provider for Vercel's AI SDK and prints what it saw as JSON: ai_sdk_client.mjs
// BASE_URL KEY NAME. The provider checks every answer against its own schemas and throws where one does not fit.
import { createOpenRouter } from '@openrouter/ai-sdk-provider';
import { embed, generateText, streamText, tool } from 'ai';
import { z } from 'zod';

const [baseURL, apiKey, name] = process.argv.slice(2);
const openrouter = createOpenRouter({ baseURL, apiKey, compatibility: 'strict' });
const chat = (words, settings = {}) =>
  openrouter.chat('test/chat', { user: `sample:${words}`, usage: { include: true }, ...settings });
const prompt = 'Say something.';
const seen = ({ text, usage, finishReason, providerMetadata }) => ({ text, usage, finishReason, providerMetadata });

const scenarios = {
  async text() {
    return seen(await generateText({ model: chat('tokens=12'), prompt, maxRetries: 0 }));
  },

  async stream() {
    const answer = streamText({ model: chat('tokens=12'), prompt, maxRetries: 0 });
    const pieces = [];
    for await (const piece of answer.textStream) pieces.push(piece);
    const whole = {
      text: await answer.text,
      usage: await answer.usage,
      finishReason: await answer.finishReason,
      providerMetadata: await answer.providerMetadata,
    };
    return { pieces: pieces.length, ...seen(whole) };
  },

  async tools() {
    const weather = tool({ description: 'Weather', inputSchema: z.object({ city: z.string().optional() }).loose() });
    const answer = await generateText({
      model: chat('tokens=12'),
      prompt,
      tools: { get_weather: weather },
      toolChoice: 'required',
      maxRetries: 0,
    });
    return answer.toolCalls.map((call) => call.toolName);
  },

  async embedding() {
    const model = openrouter.textEmbeddingModel('test/embed');
    return (await embed({ model, value: 'one', maxRetries: 0 })).embedding.length;
  },

  async error() {
    try {
      await generateText({ model: openrouter.chat('no/such'), prompt, maxRetries: 0 });
    } catch (error) {
      return { kind: error.name, status: error.statusCode, message: error.message };
    }
    return { kind: 'none' };
  },
};

console.log(JSON.stringify(await scenarios[name]()));
process.exit(0);
