import json

import openai
from serve import Answer, Client


class OpenAiResponses(Client):
    def connect(self, base_url, key):
        self.sdk = openai.OpenAI(base_url=f"{base_url}/v1", api_key=key, max_retries=0)
        self.function = {"type": "function", "strict": True, **self.tool}

    def user(self, prompt):
        return [{"role": "user", "content": prompt}]

    def ask(self, history, stream, tools):
        fields = {"model": self.model, "input": history, "store": False} | ({"tools": [self.function]} if tools else {})
        if stream:
            with self.sdk.responses.stream(**fields) as events:
                whole = events.until_done().get_final_response()
        else:
            whole = self.sdk.responses.create(**fields)
        calls = [
            (item.call_id, item.name, json.loads(item.arguments)) for item in whole.output if item.type == "function_call"
        ]
        usage = (whole.usage.input_tokens, whole.usage.output_tokens)
        return Answer(whole.output_text, calls, whole.status, usage, whole.output)

    def continued(self, answer, results):
        outputs = [{"type": "function_call_output", "call_id": id, "output": text} for id, _, text in results]
        return [*answer.native, *outputs]

    def first_piece(self, history):
        with self.sdk.responses.create(model=self.model, input=history, stream=True) as stream:
            return next(event.delta for event in stream if event.type == "response.output_text.delta")


client = OpenAiResponses
