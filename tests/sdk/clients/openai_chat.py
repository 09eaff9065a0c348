import json

import openai
from serve import Answer, Client


class OpenAiChat(Client):
    def connect(self, base_url, key):
        self.sdk = openai.OpenAI(base_url=f"{base_url}/v1", api_key=key, max_retries=0)
        self.function = {"type": "function", "function": {"strict": True, **self.tool}}

    def user(self, prompt):
        return [{"role": "user", "content": prompt}]

    def ask(self, history, stream, tools):
        fields = {"model": self.model, "messages": history} | ({"tools": [self.function]} if tools else {})
        if stream:
            with self.sdk.chat.completions.stream(**fields, stream_options={"include_usage": True}) as events:
                whole = events.until_done().get_final_completion()
        else:
            whole = self.sdk.chat.completions.create(**fields)
        (choice,) = whole.choices
        calls = [
            (call.id, call.function.name, json.loads(call.function.arguments)) for call in choice.message.tool_calls or []
        ]
        usage = (whole.usage.prompt_tokens, whole.usage.completion_tokens)
        return Answer(choice.message.content, calls, choice.finish_reason, usage, choice.message)

    def continued(self, answer, results):
        return [answer.native] + [{"role": "tool", "tool_call_id": id, "content": text} for id, _, text in results]

    def first_piece(self, history):
        with self.sdk.chat.completions.create(model=self.model, messages=history, stream=True) as stream:
            return next(text for chunk in stream if (text := chunk.choices[0].delta.content))


client = OpenAiChat
