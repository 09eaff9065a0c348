import anthropic
from serve import Answer, Client


class AnthropicMessages(Client):
    def connect(self, base_url, key):
        self.sdk = anthropic.Anthropic(base_url=base_url, api_key=key, max_retries=0)
        described = {name: value for name, value in self.tool.items() if name != "parameters"}
        self.described = {**described, "input_schema": self.tool["parameters"]}

    def user(self, prompt):
        return [{"role": "user", "content": prompt}]

    def ask(self, history, stream, tools):
        fields = {"model": self.model, "max_tokens": 1000, "messages": history}
        fields |= {"tools": [self.described]} if tools else {}
        if stream:
            with self.sdk.messages.stream(**fields) as events:
                whole = events.get_final_message()
        else:
            whole = self.sdk.messages.create(**fields)
        text = "".join(block.text for block in whole.content if block.type == "text")
        calls = [(block.id, block.name, block.input) for block in whole.content if block.type == "tool_use"]
        usage = (whole.usage.input_tokens, whole.usage.output_tokens)
        return Answer(text, calls, whole.stop_reason, usage, whole.content)

    def continued(self, answer, results):
        blocks = [{"type": "tool_result", "tool_use_id": id, "content": text} for id, _, text in results]
        return [{"role": "assistant", "content": answer.native}, {"role": "user", "content": blocks}]

    def first_piece(self, history):
        with self.sdk.messages.stream(model=self.model, max_tokens=1000, messages=history) as stream:
            return next(iter(stream.text_stream))


client = AnthropicMessages
