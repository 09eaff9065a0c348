import { GoogleGenAI } from '@google/genai';
import { Client } from './client.mjs';

export default class GoogleGenAi extends Client {
  connect(baseUrl, apiKey) {
    this.sdk = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
  }

  user(prompt) {
    return [{ role: 'user', parts: [{ text: prompt }] }];
  }

  async ask(contents, { stream, tools }) {
    const fields = { model: this.model, contents };
    const { name, description, parameters } = this.tool;
    const functionDeclarations = [{ name, description, parametersJsonSchema: parameters }];
    if (tools) fields.config = { tools: [{ functionDeclarations }] };
    const answers = [];
    if (stream) for await (const answer of await this.sdk.models.generateContentStream(fields)) answers.push(answer);
    else answers.push(await this.sdk.models.generateContent(fields));
    const parts = answers.flatMap((answer) => answer.candidates[0].content?.parts ?? []);
    const last = answers.at(-1);
    return {
      text: parts.map((part) => part.text ?? '').join(''),
      calls: parts
        .filter((part) => part.functionCall)
        .map(({ functionCall }) => ({ id: functionCall.id, name: functionCall.name, arguments: functionCall.args })),
      finish: last.candidates[0].finishReason,
      usage: [last.usageMetadata.promptTokenCount, last.usageMetadata.candidatesTokenCount],
      native: parts,
    };
  }

  continued(answer, results) {
    const parts = results.map(({ id, name, text }) => ({ functionResponse: { id, name, response: { result: text } } }));
    return [{ role: 'model', parts: answer.native }, { role: 'user', parts }];
  }

  async firstPiece(contents) {
    const abort = new AbortController();
    const config = { abortSignal: abort.signal };
    for await (const answer of await this.sdk.models.generateContentStream({ model: this.model, contents, config })) {
      if (!answer.text) continue;
      abort.abort();
      return answer.text;
    }
  }
}
