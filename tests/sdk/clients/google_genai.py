from google import genai
from google.genai import types
from serve import Answer, Client


class GoogleGenAi(Client):
    def connect(self, base_url, key):
        self.sdk = genai.Client(api_key=key, http_options=types.HttpOptions(base_url=base_url, api_version="v1beta"))
        self.declared = types.FunctionDeclaration(
            name=self.tool["name"],
            description=self.tool["description"],
            parameters_json_schema=self.tool["parameters"],
        )

    def user(self, prompt):
        return [types.UserContent(prompt)]

    def ask(self, history, stream, tools):
        manual = types.AutomaticFunctionCallingConfig(disable=True)
        config = types.GenerateContentConfig(automatic_function_calling=manual)
        if tools:
            config.tools = [types.Tool(function_declarations=[self.declared])]
        fields = {"model": self.model, "contents": history, "config": config}
        models = self.sdk.models
        answers = list(models.generate_content_stream(**fields)) if stream else [models.generate_content(**fields)]
        parts = [part for answer in answers for part in answer.candidates[0].content.parts or []]
        calls = [(part.function_call.id, part.function_call.name, part.function_call.args) for part in parts if part.function_call]
        last = answers[-1]
        usage = (last.usage_metadata.prompt_token_count, last.usage_metadata.candidates_token_count)
        return Answer("".join(part.text or "" for part in parts), calls, last.candidates[0].finish_reason.value, usage, parts)

    def continued(self, answer, results):
        parts = [types.Part.from_function_response(name=name, response={"result": text}) for _, name, text in results]
        return [types.ModelContent(answer.native), types.UserContent(parts)]

    def first_piece(self, history):
        stream = self.sdk.models.generate_content_stream(model=self.model, contents=history)
        piece = next(stream).text
        stream.close()
        return piece


client = GoogleGenAi
