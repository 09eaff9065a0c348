import Anthropic from '@anthropic-ai/sdk';
import { Client } from './client.mjs';

export default class AnthropicMessages extends Client {
  static Sdk = Anthropic;

  connect(baseURL, apiKey) {
    this.sdk = new this.constructor.Sdk({ baseURL, apiKey, maxRetries: 0 });
  }

  user(prompt) {
    return [{ role: 'user', content: prompt }];
  }

  async ask(messages, { stream, tools }) {
    const fields = { model: this.model, max_tokens: 1000, messages };
    const { parameters, ...described } = this.tool;
    if (tools) fields.tools = [{ ...described, input_schema: parameters }];
    const api = this.sdk.messages;
    const whole = stream ? await api.stream(fields).finalMessage() : await api.create(fields);
    const blocks = (type) => whole.content.filter((block) => block.type === type);
    return {
      text: blocks('text').map((block) => block.text).join(''),
      calls: blocks('tool_use').map(({ id, name, input }) => ({ id, name, arguments: input })),
      finish: whole.stop_reason,
      usage: [whole.usage.input_tokens, whole.usage.output_tokens],
      native: whole.content,
    };
  }

  continued(answer, results) {
    const content = results.map(({ id, text }) => ({ type: 'tool_result', tool_use_id: id, content: text }));
    return [{ role: 'assistant', content: answer.native }, { role: 'user', content }];
  }

  async firstPiece(messages) {
    const stream = await this.sdk.messages.create({ model: this.model, max_tokens: 1000, messages, stream: true });
    for await (const event of stream) {
      if (event.delta?.type !== 'text_delta') continue;
      stream.controller.abort();
      return event.delta.text;
    }
  }
}
