// The last of the generation that sends x-api-key.
import Anthropic from 'anthropic-sdk-0';
import AnthropicMessages from './anthropic_messages.mjs';

export default class OlderAnthropicMessages extends AnthropicMessages {
  static Sdk = Anthropic;
}
