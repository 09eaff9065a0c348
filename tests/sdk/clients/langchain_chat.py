"""What LangChain's chat models have in common."""

from functools import reduce
from operator import add

from langchain_core.messages import HumanMessage, ToolMessage
from serve import Answer, Client


class LangChainModel(Client):
    def user(self, prompt):
        return [HumanMessage(prompt)]

    def ask(self, history, stream, tools):
        function = {"type": "function", "function": self.tool}
        model = self.sdk.bind_tools([function]) if tools else self.sdk
        whole = reduce(add, model.stream(history)) if stream else model.invoke(history)
        calls = [(call["id"], call["name"], call["args"]) for call in whole.tool_calls]
        reported = whole.response_metadata
        finish = reported.get("finish_reason") or reported.get("stop_reason") or reported.get("status")
        usage = (whole.usage_metadata["input_tokens"], whole.usage_metadata["output_tokens"])
        return Answer(whole.text, calls, finish, usage, whole)

    def continued(self, answer, results):
        return [answer.native] + [ToolMessage(text, tool_call_id=id) for id, _, text in results]

    def first_piece(self, history):
        stream = self.sdk.stream(history)
        piece = next(chunk.text for chunk in stream if chunk.text)
        stream.close()
        return piece
