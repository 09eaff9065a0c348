import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { AiSdk } from './ai_sdk.mjs';

export default class OpenAiCompatible extends AiSdk {
  connect(baseUrl, apiKey) {
    const provider = createOpenAICompatible({ name: 'tollgate', baseURL: `${baseUrl}/v1`, apiKey, includeUsage: true });
    this.languageModel = provider(this.model);
  }
}
