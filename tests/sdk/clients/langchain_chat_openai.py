from langchain_chat import LangChainModel
from langchain_openai import ChatOpenAI


class LangChainOpenAi(LangChainModel):
    def connect(self, base_url, key):
        self.sdk = ChatOpenAI(
            model=self.model, base_url=f"{base_url}/v1", api_key=key, max_retries=0, stream_usage=True, use_responses_api=False
        )


client = LangChainOpenAi
