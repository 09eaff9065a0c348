import OpenAI from 'openai';
import { Client } from './client.mjs';

export default class OpenAiChat extends Client {
  connect(baseUrl, apiKey) {
    this.sdk = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey, maxRetries: 0 });
  }

  user(prompt) {
    return [{ role: 'user', content: prompt }];
  }

  async ask(messages, { stream, tools }) {
    const fields = { model: this.model, messages };
    if (tools) fields.tools = [{ type: 'function', function: this.tool }];
    const { completions } = this.sdk.chat;
    const whole = stream
      ? await completions.stream({ ...fields, stream_options: { include_usage: true } }).finalChatCompletion()
      : await completions.create(fields);
    const [{ message, finish_reason: finish }] = whole.choices;
    const calls = (message.tool_calls ?? []).map((call) => ({
      id: call.id,
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments),
    }));
    const usage = [whole.usage.prompt_tokens, whole.usage.completion_tokens];
    return { text: message.content, calls, finish, usage, native: message };
  }

  continued(answer, results) {
    return [answer.native, ...results.map(({ id, text }) => ({ role: 'tool', tool_call_id: id, content: text }))];
  }

  async firstPiece(messages) {
    const stream = await this.sdk.chat.completions.create({ model: this.model, messages, stream: true });
    for await (const chunk of stream) {
      const piece = chunk.choices[0].delta.content;
      if (!piece) continue;
      stream.controller.abort();
      return piece;
    }
  }
}
