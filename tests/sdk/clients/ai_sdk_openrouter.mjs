import { createOpenRouter } from '@openrouter/ai-sdk-provider';
import { AiSdk } from './ai_sdk.mjs';

export default class OpenRouter extends AiSdk {
  connect(baseUrl, apiKey) {
    const provider = createOpenRouter({ baseURL: `${baseUrl}/api/v1`, apiKey, compatibility: 'strict' });
    this.languageModel = provider.chat(this.model);
  }
}
