import OpenAI from 'openai';
import { Client } from './client.mjs';

export default class OpenAiResponses extends Client {
  connect(baseUrl, apiKey) {
    this.sdk = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey, maxRetries: 0 });
  }

  user(prompt) {
    return [{ role: 'user', content: prompt }];
  }

  async ask(input, { stream, tools }) {
    const fields = { model: this.model, input, store: false };
    if (tools) fields.tools = [{ type: 'function', strict: true, ...this.tool }];
    const { responses } = this.sdk;
    const whole = stream ? await responses.stream(fields).finalResponse() : await responses.create(fields);
    const calls = whole.output
      .filter((item) => item.type === 'function_call')
      .map((item) => ({ id: item.call_id, name: item.name, arguments: JSON.parse(item.arguments) }));
    const usage = [whole.usage.input_tokens, whole.usage.output_tokens];
    return { text: whole.output_text, calls, finish: whole.status, usage, native: whole.output };
  }

  continued(answer, results) {
    const outputs = results.map(({ id, text }) => ({ type: 'function_call_output', call_id: id, output: text }));
    return [...answer.native, ...outputs];
  }

  async firstPiece(input) {
    const stream = await this.sdk.responses.create({ model: this.model, input, stream: true });
    for await (const event of stream) {
      if (event.type !== 'response.output_text.delta') continue;
      stream.controller.abort();
      return event.delta;
    }
  }
}
