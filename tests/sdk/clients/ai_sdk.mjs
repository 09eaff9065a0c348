// Vercel's AI SDK, which runs the tools itself; each provider package for it is a client.
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { Client } from './client.mjs';

export class AiSdk extends Client {
  fields(prompt) {
    return { model: this.languageModel, prompt, maxRetries: 0 };
  }

  async plain(prompt) {
    const { text, finishReason: finish, usage } = await generateText(this.fields(prompt));
    return { text, finish, usage: [usage.inputTokens, usage.outputTokens] };
  }

  async streamed(prompt) {
    const whole = streamText({ ...this.fields(prompt), onError: ({ error }) => { throw error; } });
    const [text, finish, usage] = await Promise.all([whole.text, whole.finishReason, whole.usage]);
    return { text, finish, usage: [usage.inputTokens, usage.outputTokens] };
  }

  withTools(prompt) {
    const { name, description, parameters } = this.tool;
    const execute = async ({ city }) => `rain in ${city}`;
    const tools = { [name]: tool({ description, inputSchema: jsonSchema(parameters), execute }) };
    return { ...this.fields(prompt), tools, stopWhen: stepCountIs(2) };
  }

  told([asked, told]) {
    const calls = asked.toolCalls.map((call) => [call.toolName, call.input]);
    return { calls, calls_finish: asked.finishReason, text: told.text, finish: told.finishReason };
  }

  async tools(prompt) {
    return this.told((await generateText(this.withTools(prompt))).steps);
  }

  async streamed_tools(prompt) {
    return this.told(await streamText(this.withTools(prompt)).steps);
  }

  async aborted(prompt) {
    const abort = new AbortController();
    const { textStream } = streamText({ ...this.fields(prompt), abortSignal: abort.signal });
    for await (const piece of textStream) {
      abort.abort();
      return { piece };
    }
  }

  async refused(prompt) {
    try {
      await generateText(this.fields(prompt));
    } catch (error) {
      return { kind: error.name, status: error.statusCode, message: error.message };
    }
    return { kind: 'none' };
  }
}
